// What a page of the console needs before somebody can use it: the scripts that its document names, compressed, and how far
// things move while it loads. In a real browser on the built product with its demo tenant.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { type BrowserContext, chromium, type Page } from "playwright";
import { hrefOf, shownTopics } from "@/components/shell/topics";
import { newTenant, type StoppedRun, signIn, stoppedRun } from "@/e2e/worlds/tenant";

export type PageRow = { path: string; scriptBytes: number; shift: number };
export type PageResults = { rows: PageRow[] };

const PORT = 34_900;
const START_MS = 240_000;
const origin = `http://localhost:${PORT}`;

export async function benchPages(): Promise<PageResults> {
  const server = await startProduct();
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const tenant = await newTenant(origin, "Bench");
    const stopped = await stoppedRun(tenant);
    const context = await browser.newContext({ baseURL: origin, viewport: { width: 1440, height: 900 } });
    const rows: PageRow[] = [await measure(context, "/sign-in"), await measure(context, "/sign-up")];
    await signIn(context, tenant.owner);
    for (const path of pathsOf(stopped)) rows.push(await measure(context, path));
    return { rows };
  } finally {
    await browser.close();
    server.kill("SIGTERM");
    await once(server, "exit");
  }
}

function pathsOf({ run_id, incident_id, policy_id }: StoppedRun): string[] {
  return [
    ...shownTopics.map(hrefOf),
    `/activity/runs/${run_id}`,
    `/activity/completed?open=${run_id}`,
    `/incidents/${incident_id}`,
    `/incidents/active?open=${incident_id}`,
    `/policies/rules/${policy_id}`,
    `/policies/rules/${policy_id}/edit`,
    ...["/policies/rules/new", "/policies/rules/new?type=cost_limit", "/policies/limits/new?category=BUDGET"],
    ...["/policies/check", "/policies/freezes", "/account/profile-security"],
  ];
}

async function startProduct(): Promise<ChildProcess> {
  const server = spawn(process.execPath, ["e2e/worlds/fresh-server.mjs"], {
    env: { ...process.env, NODE_ENV: "production", PORT: String(PORT), LOG_LEVEL: "error" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const until = Date.now() + START_MS;
  while (Date.now() < until && server.exitCode === null) {
    const isUp = await fetch(`${origin}/api/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return server;
    await sleep(500);
  }
  throw new Error("the product did not start");
}

async function measure(context: BrowserContext, path: string): Promise<PageRow> {
  const html = await (await context.request.get(path)).text();
  // A browser that knows modules leaves out what is marked for those that do not.
  const tags = [...html.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag).filter((tag) => !/\bnomodule\b/i.test(tag));
  const sources = new Set(tags.flatMap((tag) => /\bsrc="([^"]+)"/.exec(tag)?.[1] ?? []));
  let scriptBytes = 0;
  for (const source of sources) scriptBytes += gzipSync(await (await context.request.get(source)).body()).length;
  const page = await context.newPage();
  try {
    return { path, scriptBytes, shift: await shiftOf(page, path) };
  } finally {
    await page.close();
  }
}

/** The sum of all layout shifts of the first seconds, as browsers count them. */
async function shiftOf(page: Page, path: string): Promise<number> {
  await page.addInitScript(() => {
    Reflect.set(window, "shift", 0);
    const add = (list: PerformanceObserverEntryList) => {
      for (const entry of list.getEntries()) {
        Reflect.set(window, "shift", Reflect.get(window, "shift") + Reflect.get(entry, "value"));
      }
    };
    new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(path);
  await sleep(2_500);
  return page.evaluate(() => Number(Reflect.get(window, "shift")));
}
