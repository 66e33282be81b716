// Finds poppler's programs, with which the tests read documents back, or installs Debian's where that is possible.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const INSTALL = "apt-get update && apt-get install -y poppler-utils";

/** Without them, and with no right to install them, prints the command and ends with status 2. */
export function ensurePoppler() {
  if (isThere()) return;
  const isDebian = existsSync("/usr/bin/apt-get");
  if (process.getuid?.() === 0 && isDebian) {
    console.info("Installing poppler-utils …");
    spawnSync("sh", ["-c", INSTALL], {
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      stdio: ["ignore", "ignore", "inherit"],
    });
    if (isThere()) return;
  }
  const command = isDebian ? `sudo sh -c "${INSTALL}"` : "brew install poppler";
  console.error(`The tests of documents need poppler-utils. Install them with:\n\n  ${command}\n`);
  process.exit(2);
}

function isThere() {
  return spawnSync("pdftotext", ["-v"]).error === undefined;
}
