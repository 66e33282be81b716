// Tenants for the browser tests, made through the product's own doors: sign-up, keys, policies, runs by HTTP.

import { randomUUID } from "node:crypto";
import { type APIRequestContext, type BrowserContext, expect, type Page, request } from "playwright/test";

export interface Person {
  email: string;
  password: string;
}

export interface Tenant {
  name: string;
  owner: Person;
  /** Signed in as the owner. */
  api: APIRequestContext;
  /** Has every scope. */
  key: string;
}

export interface StoppedRun {
  run_id: string;
  incident_id: string;
  policy_id: string;
}

const scopes = [
  ...["runs:read", "runs:write", "activity:read", "activity:replay", "incidents:read", "incidents:respond"],
  ...[
    "policies:read",
    "policies:manage",
    "policies:override",
    "logs:read",
    "audit:read",
    "exports:read",
    "exports:create",
  ],
];

/** A rule holds for runs that start a second later. */
const RULE_HOLDS_AFTER_MS = 1_200;

export async function newTenant(baseURL: string, name: string): Promise<Tenant> {
  const owner = { email: `${randomUUID()}@example.com`, password: "correct horse battery" };
  const api = await request.newContext({ baseURL });
  await ok(api, "/api/auth/sign-up/email", { tenant_name: name, name: `${name} owner`, ...owner });
  const { key } = await ok(api, "/api/v1/connectivity/api-keys", { name: `${name} key`, scopes });
  return { name, owner, api, key };
}

/** Posts and gives the answer; any refusal fails the test with its text. */
export async function ok(api: APIRequestContext, path: string, data: object, headers: Record<string, string> = {}) {
  const answer = await api.post(path, { data, headers });
  expect(answer.ok(), `${path}: ${answer.status()} ${await answer.text()}`).toBe(true);
  return answer.json();
}

/** As the tenant's runner. */
export function byKey(tenant: Tenant, path: string, data: object) {
  return ok(tenant.api, path, data, { authorization: `Bearer ${tenant.key}` });
}

/** A run whose third step breaks a token rule: it ends there, with an incident. */
export async function stoppedRun(tenant: Tenant): Promise<StoppedRun> {
  const { policy_id } = await byKey(tenant, "/api/v1/policies/rules", {
    name: `${tenant.name} token rule`,
    rule_type: "token_limit",
    metric: "run.tokens",
    threshold: 10_000,
    enforcement: "stop",
  });
  await new Promise((resolve) => setTimeout(resolve, RULE_HOLDS_AFTER_MS));
  const run_id = await startRun(tenant);
  await report(tenant, run_id, 1, 500);
  await report(tenant, run_id, 2, 5_000);
  const { incident_id } = await report(tenant, run_id, 3, 9_500);
  expect(incident_id, "the third step opens an incident").toBeTruthy();
  return { run_id, incident_id, policy_id };
}

export async function startRun(tenant: Tenant, agent_id = "invoice-bot"): Promise<string> {
  const start = {
    agent_id,
    goal: `${tenant.name} pays the open invoices`,
    provider: "anthropic",
    model: "claude-sonnet-4",
  };
  const { run_id } = await byKey(tenant, "/api/v1/runs", start);
  return run_id;
}

export function report(tenant: Tenant, runId: string, step_index: number, tokens: number) {
  return byKey(tenant, `/api/v1/runs/${runId}/steps`, {
    step_index,
    step_type: "llm_call",
    skill: "plan",
    model: "claude-sonnet-4",
    status: "success",
    input: { prompt: `${tenant.name} step ${step_index}` },
    usage: { input_tokens: tokens, output_tokens: 0, cost_cents: tokens / 1000, duration_ms: 20 },
  });
}

/** Signs the browser in without the form. */
export async function signIn(context: BrowserContext, { email, password }: Person): Promise<void> {
  const answer = await context.request.post("/api/auth/sign-in/email", { data: { email, password } });
  expect(answer.status(), await answer.text()).toBe(200);
}

/** Somebody else of this tenant, invited and accepted as people do it. */
export async function newMember(tenant: Tenant, role: string): Promise<Person> {
  const person = { email: `${randomUUID()}@example.com`, password: "another long password" };
  const { token } = await ok(tenant.api, "/api/v1/accounts/users", { email: person.email, role });
  const visitor = await request.newContext();
  const { origin } = new URL((await tenant.api.get("/api/health")).url());
  await ok(visitor, `${origin}/api/v1/invitations/${token}/accept`, {
    name: `${role} person`,
    password: person.password,
  });
  await visitor.dispose();
  return person;
}

/** Collects what must not happen on any page: script errors, violations of the content security policy. */
export function faultsOf(page: Page): string[] {
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`script error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(`console: ${message.text()}`);
  });
  return faults;
}
