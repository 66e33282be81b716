"use client";

// The frame of all pages failed: this one brings its own.

import "@/app/globals.css";
import PageError from "@/app/error";

export default function GlobalError(props: Readonly<{ error: unknown; retry(): void }>) {
  return (
    <html lang="en">
      <body>
        <title>Holdpoint</title>
        <PageError {...props} />
      </body>
    </html>
  );
}
