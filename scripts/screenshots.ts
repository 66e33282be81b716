// npm run screenshots: the pictures of the README, taken of a running server's demo tenant.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright";
import { knownDemoAccess } from "@/server/platform/env/demo-access";
import { env } from "@/server/platform/env/env";

const folder = "docs/images";
const size = { width: 1440, height: 900 };

interface Picture {
  name: string;
  colorScheme: "light" | "dark";
  path(incident: { incident_id: string; source_run_id: string }): string;
}

const pictures: readonly Picture[] = [
  { name: "highlights", colorScheme: "light", path: () => "/overview/highlights" },
  { name: "run-stopped", colorScheme: "light", path: ({ source_run_id }) => `/activity/runs/${source_run_id}` },
  { name: "incident", colorScheme: "dark", path: ({ incident_id }) => `/incidents/${incident_id}` },
];

async function main(): Promise<void> {
  const access = knownDemoAccess();
  if (access === null) throw new Error("There is no demo tenant in this data folder: start the server first.");
  const base = process.env.HOLDPOINT_URL ?? `http://localhost:${env.PORT}`;
  mkdirSync(folder, { recursive: true });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    for (const picture of pictures) {
      const context = await browser.newContext({ baseURL: base, viewport: size, colorScheme: picture.colorScheme });
      const { email, password } = access;
      await context.request.post("/api/auth/sign-in/email", { data: { email, password } });
      const answer = await context.request.get("/api/v1/incidents/active?page_size=1&sort=-created_at");
      const [incident] = (await answer.json()).items;
      const page = await context.newPage();
      await page.goto(picture.path(incident));
      // Live: then everything on the page has been drawn by its scripts, too. The stream never lets the network idle.
      await page.getByRole("status").getByText("Live", { exact: true }).waitFor();
      await page.screenshot({ path: join(folder, `${picture.name}.png`) });
      await context.close();
    }
  } finally {
    await browser.close();
  }
}

await main();
