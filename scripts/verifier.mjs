// Builds bin/holdpoint-verify.mjs, which is committed: whoever checks evidence takes one file and needs nothing else of us.
// `node scripts/verifier.mjs` writes it; a test says when it is stale.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { root } from "./dependencies.mjs";

export const verifierPath = `${root}/bin/holdpoint-verify.mjs`;

const banner = `#!/usr/bin/env node
// Holdpoint's stand-alone verifier of evidence. One file, Node 20.12 or newer, nothing else: it opens no connection and reads only
// the files it is given. What it checks is described in docs/evidence-format.md; run it with --help.
// Made from server/evidence and scripts/verify-file.ts by scripts/verifier.mjs. Do not edit it.
`;

/** The program's text, not minified, so that it can be read. */
export async function verifierText() {
  const { outputFiles } = await build({
    entryPoints: [`${root}/scripts/verify-file.ts`],
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "node20",
    charset: "utf8",
    logLevel: "error",
    absWorkingDir: root,
    alias: { "@": root },
    banner: { js: banner },
  });
  return outputFiles[0].text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(verifierPath, await verifierText(), { mode: 0o755 });
}
