// Bundles TypeScript for Node. Packages stay outside; `server-only`, which throws in plain Node, becomes nothing.

import { build } from "esbuild";
import { root } from "./dependencies.mjs";

export { root };

/** @param {import("esbuild").BuildOptions} options What to bundle and where to: `entryPoints` or `stdin`, and `outfile`. */
export async function bundle(options) {
  await build({
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    sourcemap: true,
    jsx: "automatic",
    logLevel: "error",
    absWorkingDir: root,
    alias: { "@": root, "server-only": `${root}/server/platform/env/nothing.ts` },
    ...options,
  });
}
