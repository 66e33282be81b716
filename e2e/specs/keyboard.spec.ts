// Without a mouse: sign in, go to the incidents, open one beside the list, acknowledge it, come back, go elsewhere.

import { expect, test } from "playwright/test";
import { newTenant, stoppedRun } from "../worlds/tenant";

test("an incident is triaged with the keyboard alone", async ({ page, baseURL }) => {
  test.setTimeout(120_000);
  const tenant = await newTenant(String(baseURL), "Keyboard");
  const { incident_id } = await stoppedRun(tenant);
  await page.goto("/sign-in");
  await page.keyboard.press("Tab");
  await page.getByLabel("Email").focus();
  await page.keyboard.type(tenant.owner.email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(tenant.owner.password);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Highlights" })).toBeVisible();
  await expect(page.getByRole("status").getByText("Live", { exact: true })).toBeVisible();

  await page.keyboard.press("g");
  await page.keyboard.press("i");
  await expect(page).toHaveURL(/\/incidents\/active/);
  await expect(page.getByRole("row").nth(1)).toBeVisible();
  // Rows are there a moment before their keys.
  await expect(async () => {
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(new RegExp(`open=${incident_id}`), { timeout: 1_000 });
  }).toPass();
  await page.keyboard.press("a");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.getByRole("dialog").getByLabel("Note").focus();
  await page.keyboard.type("On it");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(
    page
      .getByRole("complementary", { name: "Details" })
      .getByText(/Acknowledged/)
      .first(),
  ).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page).not.toHaveURL(/open=/);

  await page.keyboard.press("Control+k");
  await expect(page.getByPlaceholder(/A topic/)).toBeFocused();
  await page.keyboard.type("audit");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Audit Logs" })).toBeVisible();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeVisible();
});
