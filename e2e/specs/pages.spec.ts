// Every page of the console: readable by everybody (axe), no script error, nothing against the content security policy,
// nothing wider than the window; in light and dark, wide and narrow.

import { AxeBuilder } from "@axe-core/playwright";
import { type BrowserContext, expect, type Page, test } from "playwright/test";
import { hrefOf, shownTopics } from "@/components/shell/topics";
import { faultsOf, newTenant, type StoppedRun, signIn, startRun, stoppedRun, type Tenant } from "../worlds/tenant";

let tenant: Tenant;
let stopped: StoppedRun;

test.beforeAll(async ({ baseURL }) => {
  tenant = await newTenant(String(baseURL), "Pages");
  stopped = await stoppedRun(tenant);
  await startRun(tenant, "live-bot");
});

const looks = [
  { name: "light, 1440 wide", colorScheme: "light", viewport: { width: 1440, height: 900 } },
  { name: "dark, 390 wide", colorScheme: "dark", viewport: { width: 390, height: 844 } },
] as const;

function addresses(): string[] {
  return [
    ...shownTopics.map(hrefOf),
    "/account/profile-security",
    "/policies/rules/new",
    "/policies/limits/new",
    `/policies/rules/${stopped.policy_id}`,
    `/activity/runs/${stopped.run_id}`,
    `/incidents/${stopped.incident_id}`,
    `/incidents/active?open=${stopped.incident_id}`,
    `/activity/completed?open=${stopped.run_id}`,
  ];
}

for (const { name, ...look } of looks) {
  test.describe(name, () => {
    test.use(look);

    test("the pages in front of the console", async ({ page }) => {
      for (const address of ["/sign-in", "/sign-up"]) await check(page, address);
    });

    test("the pages of the console", async ({ page, context }) => {
      test.setTimeout(300_000);
      await signIn(context, tenant.owner);
      for (const address of addresses()) await check(page, address);
    });
  });
}

async function check(page: Page, address: string): Promise<void> {
  await test.step(address, async () => {
    const faults = faultsOf(page);
    const answer = await page.goto(address);
    expect(answer?.status()).toBe(200);
    expect(answer?.headers()["content-security-policy"]).toMatch(/script-src 'self' 'nonce-[\w+/=]+' 'strict-dynamic'/);
    await expect.soft(page.getByRole("heading", { level: 1 }), address).toHaveCount(1);
    await page.waitForLoadState("networkidle", { timeout: 3_000 }).catch(() => undefined);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect
      .soft(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`),
        address,
      )
      .toEqual([]);
    expect.soft(await page.evaluate(missingIcons), `${address} draws icons that are not in /icons.svg`).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect.soft(overflow, `${address} is wider than the window`).toBeLessThanOrEqual(0);
    expect.soft(faults, address).toEqual([]);
    page.removeAllListeners();
  });
}

/** In the browser: what the page draws by name, and the file of icons does not have. */
async function missingIcons(): Promise<(string | null)[]> {
  const file = await (await fetch("/icons.svg")).text();
  const drawn = [...document.querySelectorAll("use")].map((use) => use.getAttribute("href"));
  return drawn.filter((href) => !file.includes(`id="${href?.split("#")[1]}"`));
}

test("a page that nobody may see without signing in leads back after it", async ({ page }) => {
  await page.goto("/incidents/active?severity=high");
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await page.getByLabel("Email").fill(tenant.owner.email);
  await page.getByLabel("Password").fill(tenant.owner.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/incidents\/active\?severity=high/);
});

test("forms at the door work without scripts", async ({ browser, baseURL }) => {
  const context: BrowserContext = await browser.newContext({ javaScriptEnabled: false, baseURL: String(baseURL) });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(tenant.owner.email);
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert").first()).toContainText("The email or the password is wrong");
  await page.getByLabel("Password").fill(tenant.owner.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Highlights" })).toBeVisible();
  await context.close();
});
