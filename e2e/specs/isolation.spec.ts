// Two tenants in two browsers: nothing of the one is ever on a page of the other, not even that it exists.

import { expect, test } from "playwright/test";
import { hrefOf, shownTopics } from "@/components/shell/topics";
import { newMember, newTenant, signIn, startRun, stoppedRun } from "../worlds/tenant";

test("another tenant's things are nowhere, and their addresses lead to nothing", async ({ browser, baseURL }) => {
  test.setTimeout(180_000);
  const [theirs, ours] = await Promise.all([
    newTenant(String(baseURL), "Canary-of-theirs"),
    newTenant(String(baseURL), "Ours"),
  ]);
  const their = await stoppedRun(theirs);
  await startRun(theirs);
  await startRun(ours);
  const context = await browser.newContext({ baseURL: String(baseURL) });
  await signIn(context, ours.owner);
  const page = await context.newPage();
  const answers: Promise<string>[] = [];
  page.on("response", (response) => {
    if (!/event-stream|font|image|css|javascript/.test(response.headers()["content-type"] ?? "font")) {
      answers.push(response.text().catch(() => ""));
    }
  });
  const foreign = [
    `/incidents/${their.incident_id}`,
    `/activity/runs/${their.run_id}`,
    `/policies/rules/${their.policy_id}`,
    `/incidents/active?open=${their.incident_id}`,
  ];
  for (const address of [...shownTopics.map(hrefOf), ...foreign]) {
    await page.goto(address);
    await page.waitForLoadState("networkidle", { timeout: 2_000 }).catch(() => undefined);
    expect(await page.content(), address).not.toContain("Canary-of-theirs");
  }
  for (const text of await Promise.all(answers)) expect(text).not.toContain("Canary-of-theirs");
  await context.close();
});

test("somebody with two seats switches, and sees the other tenant only then", async ({ browser, baseURL }) => {
  const [first, second] = await Promise.all([
    newTenant(String(baseURL), "First-house"),
    newTenant(String(baseURL), "Second-house"),
  ]);
  const person = await newMember(first, "viewer");
  const invited = await second.api.post("/api/v1/accounts/users", { data: { email: person.email, role: "member" } });
  const { token } = await invited.json();
  const context = await browser.newContext({ baseURL: String(baseURL) });
  await signIn(context, person);
  const page = await context.newPage();
  await page.goto(`/invitations/${token}`);
  await page.getByRole("button", { name: "Join" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Highlights" })).toBeVisible();
  await page.getByRole("button", { name: "Second-house" }).click();
  await page.getByRole("button", { name: /First-house/ }).click();
  await expect(page.getByRole("button", { name: "First-house", exact: true })).toBeVisible();
  expect(await page.content()).not.toContain("Second-house owner");
  await page.goBack();
  await expect(page.getByRole("button", { name: "First-house", exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "Second-house", exact: true })).toHaveCount(0);
  await context.close();
});
