// The product in one story: somebody signs up, connects a runner and sees it arrive, sets a rule, sees a run stopped by it,
// understands why, acts, and hands an auditor a document that proves itself.

import { execFile } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, type Page, test } from "playwright/test";
import { faultsOf } from "../worlds/tenant";

const run = promisify(execFile);
const RULE_HOLDS_AFTER_MS = 1_500;

test("from sign-up to a verified document", async ({ page }) => {
  test.setTimeout(180_000);
  page.setDefaultTimeout(30_000);
  const faults = faultsOf(page);
  await signUp(page);
  const key = await makeKey(page);
  const runner = runnerOf(page, key);

  const first = await runner.start("first-agent");
  await expect(page.getByText(/The run arrived/)).toBeVisible();
  await runner.report(first, 1, 100);
  await runner.complete(first);

  await makeRule(page);
  await page.waitForTimeout(RULE_HOLDS_AFTER_MS);
  const stopped = await runner.start("invoice-bot");
  await page.goto("/activity/live");
  await expect(page.getByText("invoice-bot").first()).toBeVisible();
  await runner.report(stopped, 1, 500);
  await runner.report(stopped, 2, 5_000);
  await expect(
    page.getByText("5,500").or(page.getByText("5.5k")).first(),
    "its tokens, without a reload",
  ).toBeVisible();
  const { incident_id } = await runner.report(stopped, 3, 9_500);

  await page.goto(`/activity/runs/${stopped}`);
  await expect(page.getByText(/Stopped (?:after|at|before) step 3/).first()).toBeVisible();
  await expect(page.getByText(/allows\s+10,000/).first()).toBeVisible();
  await page.getByRole("link", { name: "Handle the incident" }).click();
  await expect(page).toHaveURL(new RegExp(`/incidents/${incident_id}`));
  await act(page, "Acknowledge", {});
  await expect(page.getByText(/Acknowledged/).first()).toBeVisible();

  const file = await exportPdf(page);
  await verifyInThePage(page, file);
  await verifyWithoutTheServer(page, file);

  await act(page, "Resolve", {
    "What was the cause, and what was done?": "The limit did its work; the prompt was cut.",
  });
  await page.goto("/incidents/resolved");
  await expect(page.getByText("E2E token rule").first()).toBeVisible();
  expect(faults).toEqual([]);
});

/** Messages that go by themselves are dialogs as well, to a screen reader. */
function dialogOn(page: Page) {
  return page.locator('[role="dialog"][data-open]');
}

async function signUp(page: Page): Promise<void> {
  await page.goto("/sign-up");
  await page.getByLabel("Organisation").fill("Story");
  await page.getByLabel("Your name").fill("Ada");
  await page.getByLabel("Email").fill(`ada-${Date.now()}@example.com`);
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button", { name: "Create the organisation" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "SDK Integration" })).toBeVisible();
}

async function makeKey(page: Page): Promise<string> {
  await page.getByRole("button", { name: "New key" }).click();
  const dialog = dialogOn(page);
  await dialog.getByLabel("Name", { exact: true }).fill("Story runner");
  await dialog.getByRole("button", { name: "Create key" }).click();
  await expect(page.getByText(/hp_live_[\w-]{43}/).first()).toBeVisible();
  const text = await page.locator("body").textContent();
  const [key] = /hp_live_[\w-]{43}/.exec(text ?? "") ?? [];
  if (key === undefined) throw new Error("the page shows no key");
  await page.keyboard.press("Escape");
  return key;
}

function runnerOf(page: Page, key: string) {
  const post = async (path: string, data: object) => {
    const headers = { authorization: `Bearer ${key}` };
    const answer = await page.request.post(`/api/v1/runs${path}`, { data, headers });
    expect(answer.ok(), await answer.text()).toBe(true);
    return answer.json();
  };
  return {
    start: async (agent_id: string): Promise<string> =>
      (await post("", { agent_id, goal: "Pay the open invoices" })).run_id,
    report: (id: string, step_index: number, input_tokens: number) =>
      post(`/${id}/steps`, {
        ...{ step_index, step_type: "llm_call", skill: "plan", status: "success" },
        usage: { input_tokens, output_tokens: 0, cost_cents: 1, duration_ms: 10 },
      }),
    complete: (id: string) => post(`/${id}/complete`, { status: "succeeded" }),
  };
}

async function makeRule(page: Page): Promise<void> {
  await page.goto("/policies/rules/new");
  await page.getByRole("link", { name: /^Token limit/ }).click();
  await page.locator('[name="name"]').fill("E2E token rule");
  await page.locator('[name="threshold"]').fill("10000");
  await page.getByRole("button", { name: "Create the rule" }).last().click();
  await expect(page.getByRole("heading", { level: 1, name: "E2E token rule" })).toBeVisible();
}

async function act(page: Page, deed: string, fields: Record<string, string>): Promise<void> {
  await page
    .getByRole("button", { name: new RegExp(`^${deed}`) })
    .first()
    .click();
  const dialog = dialogOn(page);
  const choice = dialog.getByRole("radio").first();
  if ((await choice.count()) > 0) await choice.check({ force: true });
  for (const [label, value] of Object.entries(fields)) await dialog.getByLabel(label).fill(value);
  await dialog.getByRole("button", { name: deed, exact: true }).click();
  await expect(dialog).toBeHidden();
}

async function exportPdf(page: Page): Promise<Buffer> {
  await page.getByRole("button", { name: "Export: SOC2 report" }).click();
  const dialog = dialogOn(page);
  await dialog.getByRole("button", { name: "Make it" }).click();
  const download = page.getByRole("link", { name: /^Download/ }).first();
  await expect(download).toBeVisible({ timeout: 60_000 });
  const answer = await page.request.get(String(await download.getAttribute("href")));
  expect(answer.headers()["content-type"]).toBe("application/pdf");
  if (await dialog.isVisible()) await page.keyboard.press("Escape");
  return answer.body();
}

async function verifyInThePage(page: Page, file: Buffer): Promise<void> {
  await page.getByRole("button", { name: "Verify a file" }).click();
  const dialog = dialogOn(page);
  await dialog
    .locator('input[type="file"]')
    .setInputFiles({ name: "soc2.pdf", mimeType: "application/pdf", buffer: file });
  await expect(dialog.getByText(/verified/i).first()).toBeVisible({ timeout: 60_000 });
  const forged = Buffer.from(file);
  forged[Math.floor(file.length / 2)] = (forged[Math.floor(file.length / 2)] ?? 0) ^ 1;
  await dialog
    .locator('input[type="file"]')
    .setInputFiles({ name: "forged.pdf", mimeType: "application/pdf", buffer: forged });
  await expect(dialog.getByText(/not verified|refused|changed/i).first()).toBeVisible({ timeout: 60_000 });
  await page.keyboard.press("Escape");
}

/** As an auditor: the file, the published keys, and a program without a network. */
async function verifyWithoutTheServer(page: Page, file: Buffer): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "holdpoint-auditor-"));
  const keys = await page.request.get("/.well-known/holdpoint-keys.json");
  await writeFile(join(folder, "keys.json"), await keys.body());
  await writeFile(join(folder, "soc2.pdf"), file);
  const args = ["bin/holdpoint-verify.mjs", join(folder, "soc2.pdf"), "--key", join(folder, "keys.json")];
  const { stdout } = await run(process.execPath, args);
  expect(stdout).toMatch(/verified/i);
}
