// Installs the dependencies when they are missing or not those of the lock. Built-ins only: it runs before there are any.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

const OLDEST_NODE = [20, 19];

export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  console.error(`Holdpoint needs Node.js ${OLDEST_NODE.join(".")} or newer; this is ${process.versions.node}.`);
  process.exit(2);
}

/** Makes node_modules fit package-lock.json; ends the process when npm fails. */
export function ensureDependencies() {
  requireNode();
  const lock = join(root, "package-lock.json");
  const stamp = join(root, "node_modules", ".lock-sha256");
  const wanted = createHash("sha256").update(readFileSync(lock)).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  if (!installedByHand(lock)) {
    console.info("Installing dependencies (npm ci) …");
    const install = spawnSync("npm", ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      shell: process.platform === "win32",
    });
    if (install.status !== 0) {
      console.error("npm ci failed; its message is above.");
      process.exit(1);
    }
  }
  remember(stamp, wanted);
}

// Somebody else's node_modules may be read-only here, which only costs the comparison next time.
function remember(stamp, wanted) {
  try {
    writeFileSync(stamp, wanted);
  } catch (error) {
    if (error.code !== "EACCES" && error.code !== "EROFS") throw error;
  }
}

// npm writes this file at the end of every install, so one newer than the lock means somebody ran npm after its change.
function installedByHand(lock) {
  const installed = statSync(join(root, "node_modules", ".package-lock.json"), { throwIfNoEntry: false });
  return installed !== undefined && installed.mtimeMs >= statSync(lock).mtimeMs;
}
