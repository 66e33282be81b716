// Bundles the programs of worker threads into .build/workers. `node scripts/workers.mjs <name>` makes one, as a server
// does at its first need of it where nothing was built before.

import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundle, root } from "./bundle.mjs";

const programs = {
  pdf: "server/exports/pdf/worker.ts",
  verify: "server/exports/verify-worker.ts",
  "make-bundle": "server/exports/make-bundle-worker.ts",
};

/** @param {string} name One of `programs`. Several processes may do this at once: each moves a whole file into place. */
export async function bundleWorker(name) {
  const folder = join(root, ".build", "workers");
  const unfinished = join(folder, `${name}.${process.pid}.mjs`);
  mkdirSync(folder, { recursive: true });
  await bundle({ entryPoints: [join(root, programs[name])], outfile: unfinished, sourcemap: "inline" });
  renameSync(unfinished, join(folder, `${name}.mjs`));
}

export async function bundleWorkers() {
  for (const name of Object.keys(programs)) await bundleWorker(name);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const name = process.argv[2] ?? "";
  if (!Object.hasOwn(programs, name)) {
    console.error(`usage: node scripts/workers.mjs ${Object.keys(programs).join(" | ")}`);
    process.exit(2);
  }
  await bundleWorker(name);
}
