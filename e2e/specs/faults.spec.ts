// What is seen when something is wrong: the database is away, a page fails, an address leads nowhere.

import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type BrowserContext, expect, type Page, test } from "playwright/test";
import { type OwnServer, startOwnServer } from "../worlds/own-server";
import { signIn } from "../worlds/tenant";

let server: OwnServer;

test.beforeAll(async () => {
  test.setTimeout(240_000);
  server = await startOwnServer(Number(process.env.E2E_PORT) + 2);
});
test.afterAll(() => server.stop());

async function visitor(browser: Browser, options: object = {}): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: server.address, ...options });
  await signIn(context, server.boss);
  return context;
}

/** Everything that a browser complains of, but for answers that are refusals on purpose. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    const isAnswer = /Failed to load resource|ERR_INCOMPLETE_CHUNKED_ENCODING/.test(message.text());
    if (message.type() === "error" && !isAnswer) complaints.push(message.text());
  });
  return complaints;
}

async function expectReadable(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
}

const away = { name: "The database does not answer" };

test("F: a database that does not answer is said so, everywhere, and pages come back by themselves", async ({
  browser,
}) => {
  test.setTimeout(180_000);
  const [wide, narrow, plain] = [
    await visitor(browser, { viewport: { width: 1440, height: 900 } }),
    await visitor(browser, { viewport: { width: 390, height: 844 }, colorScheme: "dark" }),
    await visitor(browser, { javaScriptEnabled: false }),
  ];
  const [open, fresh, unscripted] = [await wide.newPage(), await narrow.newPage(), await plain.newPage()];
  const complaints = complaintsOf(fresh);
  await open.goto("/incidents/active");
  await expect(open.getByRole("status").getByText("Live", { exact: true })).toBeVisible();
  await server.hangDatabase();

  const document = await fresh.goto("/policies/active?q=x");
  expect([document?.status(), document?.headers()["retry-after"]]).toEqual([503, "3"]);
  await expect(fresh.getByRole("heading", { level: 1, ...away })).toBeVisible();
  await expect(fresh.getByText("the gate refuses every step")).toBeVisible();
  await expectReadable(fresh);
  expect((await unscripted.goto("/activity/live"))?.status()).toBe(503);
  await expect(unscripted.getByRole("heading", { level: 1, ...away })).toBeVisible();

  await open.locator('a[href^="/policies/"]').first().click();
  await expect(open.getByRole("heading", { level: 1, ...away })).toBeVisible({ timeout: 20_000 });
  await expect(open.getByRole("navigation").first(), "the frame stays").toBeVisible();

  const authorization = `Bearer ${server.key}`;
  for (const [path, method] of [
    ["/api/v1/incidents/active", "GET"],
    ["/api/v1/runs", "POST"],
  ] as const) {
    const answer = await fetch(server.address + path, {
      ...{ method, headers: { authorization, "content-type": "application/json" } },
      ...(method === "POST" ? { body: '{"agent_id":"a"}' } : {}),
    });
    expect([
      path,
      answer.status,
      answer.headers.get("content-type"),
      Number(answer.headers.get("retry-after")) > 0,
    ]).toEqual([path, 503, "application/problem+json", true]);
  }

  server.wakeDatabase();
  for (const page of [open, fresh, unscripted]) {
    await expect(page.getByRole("heading", { level: 1, ...away })).toBeHidden({ timeout: 30_000 });
    await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
  }
  await expect(fresh).toHaveURL(/\/policies\/active\?q=x$/);
  expect(complaints).toEqual([]);
  for (const context of [wide, narrow, plain]) await context.close();
});

test("a page that fails says what the log calls it, and nothing else", async ({ browser }) => {
  const context = await visitor(browser);
  const page = await context.newPage();
  await server.asSuperuser("revoke select on sessions from holdpoint_system");
  try {
    const document = await page.goto("/incidents/active");
    expect(document?.status()).toBe(500);
    await expect(page.getByRole("heading", { level: 1, name: "This page failed" })).toBeVisible();
    const reference = String(await page.locator("code").first().textContent());
    expect(reference).toMatch(/^[0-9a-f-]{36}$/);
    await expect.poll(() => server.log()).toContain(reference);
    expect(await page.content()).not.toMatch(/permission denied|holdpoint_system|node_modules|\.ts:\d/);
    await expectReadable(page);
  } finally {
    await server.asSuperuser("grant select on sessions to holdpoint_system");
  }
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Active" })).toBeVisible();
  await context.close();
});

test("addresses that lead nowhere are 404, inside the frame where one is signed in and the thing is gone", async ({
  browser,
}) => {
  const context = await visitor(browser);
  const page = await context.newPage();
  const gone = "0197a000-0000-7000-8000-000000000001";
  const things = [
    "incidents",
    "activity/runs",
    "policies/rules",
    "policies/limits",
    "connectivity/api-keys",
    "logs/entries",
  ];
  for (const thing of things) {
    expect([thing, (await page.goto(`/${thing}/${gone}`))?.status()]).toEqual([thing, 404]);
    await expect(page.getByRole("heading", { level: 1, name: "Nothing is here" })).toHaveCount(1);
    await expect(page.getByRole("navigation").first()).toBeVisible();
  }
  await expectReadable(page);
  expect((await page.goto("/nothing/is/here"))?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1, name: "Nothing is here" })).toBeVisible();
  await expectReadable(page);
  await context.close();
});
