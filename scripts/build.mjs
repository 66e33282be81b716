// Builds what `npm start` runs: Next's output in .next, the server's bundle in .build. A stamp holds the hash of the
// sources it was made from, so an unchanged tree is not built twice.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureDependencies, root } from "./dependencies.mjs";

const sources = [
  "app",
  "components",
  "db",
  "public",
  "scripts/build.mjs",
  "scripts/bundle.mjs",
  "scripts/icon-drawing.cjs",
  "scripts/last-fault.cjs",
  "scripts/lean-contracts.cjs",
  "scripts/workers.mjs",
  "server",
  "server.ts",
  "next.config.js",
  "package-lock.json",
  "proxy.ts",
  "postcss.config.mjs",
  "tsconfig.json",
];
const stamp = join(root, ".build", "stamp");

export const serverBundle = join(root, ".build", "server.mjs");

/** Builds unless the last build was made from these very sources; ends the process when the build fails. */
export async function ensureBuild() {
  const wanted = hashOfSources();
  const isCurrent = existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
  if (isCurrent && existsSync(serverBundle) && existsSync(join(root, ".next", "BUILD_ID"))) return;
  console.info("Building …");
  rmSync(stamp, { force: true });
  mkdirSync(join(root, ".build"), { recursive: true });
  const built = spawnSync(process.execPath, [join(root, "node_modules", "next", "dist", "bin", "next"), "build"], {
    cwd: root,
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (built.status !== 0) {
    console.error("The build failed; its message is above.");
    process.exit(1);
  }
  await bundleServer();
  writeFileSync(stamp, wanted);
}

export async function bundleServer() {
  const { bundle } = await import("./bundle.mjs");
  const { bundleWorkers } = await import("./workers.mjs");
  await bundle({ entryPoints: [join(root, "server.ts")], outfile: serverBundle });
  await bundleWorkers();
}

function hashOfSources() {
  const hash = createHash("sha256").update(process.versions.node);
  for (const path of sources.flatMap(filesBelow)) {
    hash.update(`\0${path}\0`).update(readFileSync(join(root, path)));
  }
  return hash.digest("hex");
}

function filesBelow(path) {
  const entry = join(root, path);
  if (!existsSync(entry)) return [];
  try {
    const inside = readdirSync(entry, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    return inside.flatMap(({ name }) => filesBelow(`${path}/${name}`)).filter((file) => !/\.test\.tsx?$/.test(file));
  } catch (error) {
    if (error.code === "ENOTDIR") return [path];
    throw error;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  ensureDependencies();
  rmSync(stamp, { force: true });
  await ensureBuild();
}
