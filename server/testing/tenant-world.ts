// A tenant in which everything there is has happened once: rules, limits, prices, runs of every ending, incidents,
// freezes, keys. Every text a client may choose holds the tenant's canary, so that one look at an answer tells whose
// words are in it. Run, step and agent ids are the same in every such tenant.

import { keyScopes } from "@/server/platform/auth/principal";
import { inspect } from "@/server/platform/db/testing/test-database";
import { type KeySeat, newKey, newSeat, newTenant, type Seat, sent } from "@/server/testing/callers";

const idOf = (n: number) => `0197b000-0000-7000-8000-${String(n).padStart(12, "0")}`;

/** Ids that clients choose, equal in every tenant. `idle` is live and nothing waits in it. */
export const sharedRuns = {
  stopped: idOf(1),
  succeeded: idOf(2),
  failed: idOf(3),
  paused: idOf(4),
  open: idOf(5),
  idle: idOf(6),
} as const;
export const sharedAgent = "shared-agent";
const sharedStep = idOf(100);

export type World = {
  tenantId: string;
  canary: string;
  seats: Record<"owner" | "admin" | "member" | "viewer" | "auditor", Seat>;
  key: KeySeat;
  revokedKey: KeySeat;
  /** May read its own runs and nothing else. */
  narrowKey: KeySeat;
  /** A value for every path parameter of the registry, of things of this tenant alone. */
  ids: Record<string, string>;
};

const usage = (tokens: number) => ({
  input_tokens: tokens,
  output_tokens: 0,
  cost_cents: tokens / 1000,
  duration_ms: 10,
});

export async function makeWorld(canary: string, ownRunId: string): Promise<World> {
  const tenantId = await newTenant(canary);
  const seat = (role: keyof World["seats"]) => newSeat(tenantId, role, `${canary} ${role}`);
  const seats = {
    owner: await seat("owner"),
    admin: await seat("admin"),
    member: await seat("member"),
    viewer: await seat("viewer"),
    auditor: await seat("auditor"),
  };
  const key = await newKey(tenantId, { name: `${canary} runner` });
  const revokedKey = await newKey(tenantId, { name: `${canary} revoked` });
  await inspect()`
    update api_keys set status = 'revoked', revoked_at = clock_timestamp(), revoked_reason = ${canary}
    where id = ${revokedKey.keyId}`;
  const narrowKey = await newKey(tenantId, { name: `${canary} narrow`, scopes: ["runs:read"] });
  const world = { tenantId, canary, seats, key, revokedKey, narrowKey, ids: {} };
  const policies = await makePolicies(world);
  await makeRuns(world, ownRunId);
  const incidents = await makeIncidents(world, policies.policy_id);
  const exports = await makeExport(world);
  // Nobody who asks: somebody whose seat may be changed and taken.
  const { userId: user_id } = await newSeat(tenantId, "member", `${canary} leaver`);
  const invite = { email: `${canary}@example.com`, role: "viewer" };
  const { token } = await sent(seats.owner.headers, "/accounts/users", { body: invite });
  return {
    ...world,
    ids: { ...textual({ user_id, token }), ...policies, ...incidents, ...exports, ...(await madeIds(world, ownRunId)) },
  };
}

type Made = Omit<World, "ids">;

async function makePolicies({ canary, key, seats }: Made): Promise<Record<"policy_id", string> & World["ids"]> {
  const rule = (body: object) =>
    sent(key.headers, "/policies/rules", { body: { description: canary, rule_type: "custom_rule", ...body } });
  const stop = { name: `${canary} stop`, metric: "run.tokens", threshold: 10_000, enforcement: "stop" };
  const made = await rule(stop);
  await rule({ name: `${canary} pause`, metric: "step.retries", threshold: 5, enforcement: "pause" });
  await rule({ name: `${canary} warn`, condition: `run.goal == "${canary}" && step.index == 2`, enforcement: "warn" });
  const limit = (body: object) => sent(key.headers, "/policies/limits", { body: { description: canary, ...body } });
  const budget = await limit({
    ...{ name: `${canary} budget`, limit_category: "BUDGET", limit_type: "TOKENS", max_value: 1e9 },
    ...{ scope: { type: "project", ids: [] }, reset_period: "daily" },
  });
  await limit({
    ...{ name: `${canary} rate`, limit_category: "RATE", limit_type: "STEPS", max_value: 1e6, window_seconds: 60 },
    scope: { type: "agent", ids: [sharedAgent] },
  });
  const { version } = await sent(key.headers, "/policies/prices");
  const price = { input_cents_per_million: 1, output_cents_per_million: 2 };
  const entries = [{ provider: canary, model: `${canary}-model`, source: canary, ...price }];
  await sent(key.headers, "/policies/prices", { method: "PUT", body: { entries, version } });
  const spare = { name: `${canary} spare`, scopes: keyScopes };
  const { key_id } = await sent(seats.owner.headers, "/connectivity/api-keys", { body: spare });
  const freeze = { type: "agent", id: `${canary}-agent`, reason: canary };
  const { freeze_id } = await sent(key.headers, "/policies/freezes", { body: freeze });
  return textual({
    ...{ policy_id: made.policy_id, rule_id: made.policy_id, limit_id: budget.limit_id },
    ...{ key_id, freeze_id },
  });
}

async function makeRuns({ canary, key }: Made, ownRunId: string): Promise<void> {
  const start = (run_id: string) =>
    sent(key.headers, "/runs", {
      body: {
        ...{ run_id, agent_id: sharedAgent, goal: canary, actor: { type: "human", id: canary }, source: "sdk" },
        ...{ provider: canary, model: `${canary}-model`, project: canary, tags: { [canary]: canary } },
      },
    });
  const post = (run_id: string, body: object) =>
    sent(key.headers, `/runs/${run_id}/steps`, {
      body: { step_type: "llm_call", skill: canary, model: canary, input: { said: canary }, ...body },
    });
  const report = (run_id: string, step_index: number, tokens: number) =>
    post(run_id, { step_index, usage: usage(tokens), status: "success", output: { said: canary } });
  for (const runId of [...Object.values(sharedRuns), ownRunId]) {
    await start(runId);
    await report(runId, 1, 4_000);
  }
  await report(sharedRuns.stopped, 2, 4_500);
  await report(sharedRuns.stopped, 3, 4_500);
  const end = (run_id: string, body: object) => sent(key.headers, `/runs/${run_id}/complete`, { body });
  await end(sharedRuns.succeeded, { status: "succeeded", output: { said: canary } });
  await end(sharedRuns.failed, { status: "failed", error: { code: canary, message: canary } });
  await end(ownRunId, { status: "failed", error: { code: canary, message: canary } });
  await post(sharedRuns.paused, { step_index: 2, usage: usage(1), status: "success", retry_count: 9 });
  await post(sharedRuns.open, { step_id: sharedStep, estimate: { input_tokens: 5 } });
}

async function makeIncidents({ canary, key, seats }: Made, policyId: string): Promise<World["ids"]> {
  const open = (title: string) =>
    sent(key.headers, "/incidents", {
      body: { title: `${canary} ${title}`, description: canary, severity: "low", policy_id: policyId },
    });
  const act = (id: unknown, verb: string, body: object) =>
    sent(seats.admin.headers, `/incidents/${id}/${verb}`, { body });
  const { incident_id } = await open("first");
  await act(incident_id, "comments", { content: canary });
  const { incident_id: second } = await open("second");
  await act(second, "acknowledge", { note: canary });
  await act(second, "escalate", { target: "owner", reason: canary });
  await act(second, "resolve", { resolution_method: "manual_intervention", resolution_notes: canary });
  return textual({ incident_id });
}

/** Of the run that the gate stopped. */
async function makeExport({ tenantId, canary, seats }: Made): Promise<World["ids"]> {
  const [run] = await inspect()`
    select incident_id from runs where tenant_id = ${tenantId} and run_id = ${sharedRuns.stopped}`;
  const said = { export_reason: canary, prepared_for: canary, preparer_notes: canary };
  const path = `/incidents/${run?.incident_id}/export/evidence`;
  const { bundle_id } = await sent(seats.member.headers, path, { body: { format: "json", ...said } });
  return textual({ bundle_id });
}

async function madeIds({ tenantId }: Made, run_id: string): Promise<World["ids"]> {
  const sql = inspect();
  const [run] = await sql`
    select trace_id, snapshot_id from runs where tenant_id = ${tenantId} and run_id = ${run_id}`;
  return textual({ run_id, log_id: run_id, ...run });
}

function textual<T extends Record<string, unknown>>(ids: T): { [K in keyof T]: string } {
  const missing = Object.entries(ids).filter(([, id]) => typeof id !== "string");
  if (missing.length > 0) throw new Error(`not made: ${missing.map(([name]) => name)}`);
  return ids as { [K in keyof T]: string };
}
