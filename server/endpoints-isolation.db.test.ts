// D1: what another tenant has and what nobody has are told apart by nothing; D6: a writer sets what its contract names
// and nothing else. Asked over the registry, with things made through the API itself.

import { beforeAll, describe, expect, it } from "vitest";
import { registry } from "@/server/endpoints";
import type { Principal } from "@/server/platform/auth/principal";
import { resolvePrincipal } from "@/server/platform/auth/resolve";
import { type MintedTenant, mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect } from "@/server/platform/db/testing/test-database";
import { RawBody } from "@/server/platform/http/contract";
import { routerOn } from "@/server/platform/http/mount";
import { parameterNames } from "@/server/platform/http/registry";
import { absentIdOf, callOperation, comparable } from "@/server/platform/http/testing/operation-calls";

const users = new Map<string, Principal>();
const route = routerOn(registry, {
  resolvePrincipal: async (request) =>
    users.get(request.headers.get("x-test-user") ?? "") ?? (await resolvePrincipal(request)),
  takeRate: () => {},
});
const byId = registry.all
  .map(({ endpoint }) => endpoint)
  .filter(({ path, permission }) => permission !== "none" && parameterNames(path).some((name) => name.endsWith("_id")));

let us: MintedTenant;
let them: MintedTenant;
const theirs = new Map<string, string>();

/** Makes something as the other tenant's owner; false while its operation is not there. */
async function make(path: string, body: object, as = "them"): Promise<Record<string, unknown>> {
  const headers = { "content-type": "application/json", "x-test-user": as };
  const request = new Request(`http://h.test/api/v1${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  const response = await route(request);
  const answer: unknown = await response?.json();
  if (response?.status !== 201) throw new Error(`${path} answered ${response?.status}: ${JSON.stringify(answer)}`);
  return Object.fromEntries(Object.entries(Object(answer)));
}

function keep(name: string, id: unknown): void {
  if (typeof id !== "string") throw new Error(`no ${name} was made`);
  theirs.set(name, id);
}

beforeAll(async () => {
  [us, them] = [await mintTenant(), await mintTenant()];
  users.set("us", us.principal);
  users.set("them", them.principal);
  const rule = await make("/policies/rules", {
    name: "canary-rule",
    rule_type: "token_limit",
    metric: "run.tokens",
    threshold: 100,
    enforcement: "stop",
  });
  keep("rule_id", rule.policy_id);
  keep("policy_id", rule.policy_id);
  const limit = await make("/policies/limits", {
    name: "canary-limit",
    limit_category: "BUDGET",
    limit_type: "TOKENS",
    scope: { type: "tenant", ids: [] },
    max_value: 1_000_000,
    reset_period: "daily",
    enforcement: "refuse",
  });
  keep("limit_id", limit.limit_id);
  const key = await make("/connectivity/api-keys", { name: "canary-key", scopes: ["runs:read"] });
  keep("key_id", key.key_id);
  await make("/accounts/users", { email: "canary@example.com", role: "viewer" });
  keep("user_id", them.userId);
  const incident = await make("/incidents", { title: "canary-incident", severity: "low" });
  keep("incident_id", incident.incident_id);
  const bundle = await make(`/incidents/${incident.incident_id}/export/evidence`, { format: "json" });
  keep("bundle_id", bundle.bundle_id);
  await runs();
  const [entry] = await inspect()`select id from audit_logs where tenant_id = ${them.tenantId} limit 1`;
  keep("log_id", entry?.id);
});

// The runner's side, with one run id in both tenants (D5).
async function runs(): Promise<void> {
  if (registry.match("/api/v1/runs") === null) return;
  const run = { run_id: "0197b000-0000-7000-8000-000000000001", agent_id: "canary-agent", goal: "canary-goal" };
  const started = await make("/runs", run);
  keep("run_id", started.run_id);
  keep("trace_id", started.trace_id);
  const snapshot = Object(started.policy_snapshot);
  keep("snapshot_id", snapshot.snapshot_id);
  const freeze = await make("/policies/freezes", { type: "agent", id: "canary-other-agent", reason: "test" });
  keep("freeze_id", freeze.freeze_id);
}

describe("D1: two tenants", () => {
  it("their ids are real: each read finds its own", async () => {
    const lost: string[] = [];
    for (const endpoint of byId.filter(({ method, media }) => method === "GET" && media === "application/json")) {
      const ids = (name: string) => theirs.get(name) ?? absentIdOf(name);
      if (!parameterNames(endpoint.path).every((name) => theirs.has(name))) continue;
      const response = await callOperation(route, endpoint, { headers: { "x-test-user": "them" }, ids });
      if (response.status !== 200) lost.push(`${endpoint.id}: ${await comparable(response)}`);
    }
    expect(lost).toEqual([]);
  });

  it("an id of theirs and an id of nobody's are answered with the same bytes", async () => {
    const different: string[] = [];
    for (const endpoint of byId) {
      const headers = { "x-test-user": "us" };
      const foreign = await comparable(
        await callOperation(route, endpoint, { headers, ids: (name) => theirs.get(name) ?? absentIdOf(name) }),
      );
      const absent = await comparable(await callOperation(route, endpoint, { headers }));
      if (foreign !== absent) different.push(`${endpoint.id}:\n${foreign}\n--- but for nobody's:\n${absent}`);
      if (foreign.startsWith("5")) different.push(`${endpoint.id}: ${foreign}`);
      // Names start with "canary" over there; none may show here.
      if (foreign.includes("canary")) different.push(`${endpoint.id} leaks: ${foreign}`);
    }
    expect(different).toEqual([]);
  });

  it("no list of ours shows anything of theirs", async () => {
    const leaks: string[] = [];
    for (const { endpoint } of registry.all) {
      if (endpoint.method !== "GET" || endpoint.permission === "none" || endpoint.path.includes("{")) continue;
      if (endpoint.permission.startsWith("platform:")) continue;
      const text = await comparable(await callOperation(route, endpoint, { headers: { "x-test-user": "us" } }));
      if (/canary|^5/.test(text) || [...theirs.values()].some((id) => text.includes(id)))
        leaks.push(`${endpoint.id}: ${text}`);
    }
    expect(leaks).toEqual([]);
  });
});

describe("D6: mass assignment", () => {
  it("no write takes a column that its contract does not name", async () => {
    const columns = await inspect()<{ name: string }[]>`
      select distinct column_name as name from information_schema.columns where table_schema = 'public'`;
    const taken: string[] = [];
    for (const { endpoint } of registry.all) {
      if (endpoint.method === "GET" || endpoint.permission === "none" || endpoint.body === RawBody) continue;
      const named = new Set(Object.keys("shape" in endpoint.body ? Object(endpoint.body.shape) : {}));
      const body = Object.fromEntries(columns.filter(({ name }) => !named.has(name)).map(({ name }) => [name, 1]));
      const response = await callOperation(route, endpoint, { headers: { "x-test-user": "us" }, body });
      const errors: { pointer: string; code: string }[] = Object(await response.json()).errors ?? [];
      const refused = new Set(
        errors.filter(({ code }) => code === "unknown_field").map(({ pointer }) => pointer.slice(2)),
      );
      // The first hundred faults are listed, fields that are missing among them; the others must be refused columns.
      const isShort = refused.size < Math.min(85, Object.keys(body).length);
      if (response.status !== 422 || isShort) taken.push(`${endpoint.id}: ${response.status}, ${refused.size} refused`);
    }
    expect(taken).toEqual([]);
  });
});
