// A viewer, a member and an auditor each see and do just what they may.

import { expect, test } from "playwright/test";
import { newMember, newTenant, type Person, type StoppedRun, signIn, stoppedRun, type Tenant } from "../worlds/tenant";

let tenant: Tenant;
let stopped: StoppedRun;
const people: Record<string, Person> = {};

test.beforeAll(async ({ baseURL }) => {
  tenant = await newTenant(String(baseURL), "Roles");
  stopped = await stoppedRun(tenant);
  for (const role of ["viewer", "member", "auditor"]) people[role] = await newMember(tenant, role);
});

async function as(role: string, context: Parameters<typeof signIn>[0]): Promise<void> {
  const person = people[role];
  if (person === undefined) throw new Error(`nobody is ${role}`);
  await signIn(context, person);
}

test("a viewer looks and changes nothing", async ({ page, context }) => {
  await as("viewer", context);
  await page.goto(`/incidents/${stopped.incident_id}`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const acknowledge = page.getByRole("button", { name: /^Acknowledge/ });
  if ((await acknowledge.count()) > 0) await expect(acknowledge.first()).toBeDisabled();
  await expect(page.getByRole("link", { name: "API" })).toHaveCount(0);
  await page.goto("/connectivity/api-keys");
  await expect(page.getByText("keys:read")).toBeVisible();
  await page.goto("/logs/audit-logs");
  await expect(page.getByText("audit:read")).toBeVisible();
  await page.goto("/account/members");
  await expect(page.getByRole("table").getByText("viewer person")).toBeVisible();
  await expect(page.getByRole("button", { name: "Invite" })).toHaveCount(0);
});

test("a member responds to an incident, and makes no policy", async ({ page, context }) => {
  await as("member", context);
  await page.goto(`/incidents/${stopped.incident_id}`);
  await page
    .getByRole("button", { name: /^Acknowledge/ })
    .first()
    .click();
  await page.getByRole("dialog").getByRole("button", { name: "Acknowledge" }).click();
  await expect(page.getByText(/acknowledged/i).first()).toBeVisible();
  await page.goto("/policies/active");
  await expect(page.getByText("Roles token rule").first()).toBeVisible();
  await expect(page.getByRole("link", { name: /^New rule/ })).toHaveCount(0);
});

test("an auditor reads the audit log and makes evidence, and responds to nothing", async ({ page, context }) => {
  await as("auditor", context);
  await page.goto("/logs/audit-logs");
  await expect(page.getByText("member.invited").or(page.getByText("Member invited")).first()).toBeVisible();
  await page.goto(`/incidents/${stopped.incident_id}`);
  const acknowledge = page.getByRole("button", { name: /^Acknowledge/ });
  if ((await acknowledge.count()) > 0) await expect(acknowledge.first()).toBeDisabled();
  const made = await context.request.post(`/api/v1/incidents/${stopped.incident_id}/export/soc2`, {
    data: { format: "json", export_reason: "Audit" },
    headers: { origin: new URL(page.url()).origin },
  });
  expect([201, 202]).toContain(made.status());
});
