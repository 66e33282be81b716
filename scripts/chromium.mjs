// Finds a Chromium for the browser tests, or installs Debian's where that is possible.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const INSTALL = "apt-get update && apt-get install -y chromium";
const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium"];

/** The browser's path. Without one, and with no right to install one, prints the command and ends with status 2. */
export async function ensureChromium() {
  const found = await findChromium();
  if (found !== undefined) return found;
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    console.info("Installing Chromium …");
    spawnSync("sh", ["-c", INSTALL], {
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      stdio: ["ignore", "ignore", "inherit"],
    });
    const installed = await findChromium();
    if (installed !== undefined) return installed;
  }
  console.error(
    `The browser tests need Chromium. Install it with:\n\n  ${existsSync("/usr/bin/apt-get") ? `sudo sh -c "${INSTALL}"` : "npx playwright install chromium"}\n`,
  );
  process.exit(2);
}

async function findChromium() {
  const given = process.env.CHROMIUM_PATH;
  const { chromium } = await import("playwright");
  return [...(given ? [given] : []), ...places, chromium.executablePath()].find((place) => existsSync(place));
}
