import type { Metadata, Viewport } from "next";
import localFont from "next/font/local";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import "@/app/globals.css";
import { densityOf, themeOf } from "@/components/shell/preferences";

// Asked for at once, and not put in later where it comes too late: letters that change move what stands beside them. Those
// beyond Latin come from the style sheet.
const inter = localFont({
  src: "../node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
  variable: "--font-inter",
  weight: "100 900",
  display: "optional",
  adjustFontFallback: false,
});

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
    <html lang="en" className={inter.variable} data-theme={theme} data-density={density} suppressHydrationWarning>
      <body>{children}</body>
    </html>
  );
}
