import { defineConfig } from "playwright/test";

// Playwright reads this file in several processes; the first one chooses, the others inherit.
process.env.E2E_PORT ??= String(20_000 + Math.floor(Math.random() * 10_000));
const address = `http://localhost:${process.env.E2E_PORT}`;

export default defineConfig({
  testDir: "e2e/specs",
  outputDir: ".build/e2e",
  forbidOnly: process.env.CI !== undefined,
  workers: 1,
  timeout: 60_000,
  use: {
    baseURL: address,
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  webServer: {
    command: "node e2e/worlds/fresh-server.mjs",
    url: `${address}/api/health`,
    env: { PORT: process.env.E2E_PORT, LOG_LEVEL: "warn" },
    stdout: "pipe",
    timeout: 240_000,
    gracefulShutdown: { signal: "SIGTERM", timeout: 20_000 },
  },
});
