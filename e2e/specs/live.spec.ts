// What happens is seen without a reload, and what happened while the connection was lost is caught up with.

import { expect, test } from "playwright/test";
import { byKey, newTenant, report, signIn, startRun } from "../worlds/tenant";

test("runs move as their steps arrive, and a lost connection is caught up with", async ({ page, context, baseURL }) => {
  test.setTimeout(120_000);
  const tenant = await newTenant(String(baseURL), "Live");
  await signIn(context, tenant.owner);
  await page.goto("/activity/live");
  await expect(page.getByRole("status").getByText("Live", { exact: true })).toBeVisible();
  let loads = 0;
  page.on("load", () => {
    loads += 1;
  });
  const run = await startRun(tenant, "moving-bot");
  const row = page.getByRole("row").filter({ hasText: "moving-bot" });
  await expect(row).toBeVisible();
  await report(tenant, run, 1, 1_234);
  await expect(row).toContainText("1,234");
  await report(tenant, run, 2, 1_000);
  await expect(row).toContainText("2,234");

  await context.setOffline(true);
  await startRun(tenant, "meanwhile-bot");
  await byKey(tenant, `/api/v1/runs/${run}/complete`, { status: "succeeded" });
  await context.setOffline(false);
  await expect(page.getByRole("row").filter({ hasText: "meanwhile-bot" })).toBeVisible({ timeout: 40_000 });
  await expect(row).toBeHidden({ timeout: 40_000 });
  expect(loads).toBe(0);
});
