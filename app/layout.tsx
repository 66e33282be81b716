import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import "@/app/globals.css";
import { densityOf, themeOf } from "@/components/shell/preferences";

export const metadata: Metadata = {
  title: { default: "Holdpoint", template: "%s · Holdpoint" },
  description: "A run is stopped at the step that breaks policy, and the evidence proves it.",
};

export const viewport: Viewport = { width: "device-width", initialScale: 1 };

export default async function RootLayout({ children }: Readonly<{ children: ReactNode }>) {
  const jar = await cookies();
  const theme = themeOf(jar.get("theme")?.value);
  const density = densityOf(jar.get("density")?.value);
  return (
    <html lang="en" data-theme={theme} data-density={density} suppressHydrationWarning>
      <body>{children}</body>
    </html>
  );
}
