// The statements of a start, under the tenant's control lock: what they read no policy edit, freeze or change of a key
// lies across.

import { runs } from "@/db/schema/activity";
import { policySnapshots } from "@/db/schema/policies";
import { traces } from "@/db/schema/traces";
import { bulkInsert, selectList } from "@/server/platform/db/bulk";
import { shareControl } from "@/server/platform/db/control-lock";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { WindowLimit } from "@/server/policies/scopes";
import type { StartedRun } from "./rows";
import { type ControlRow, type KeyRow, type OpenFreeze, readControl, readKeys } from "./store";

const KNOW_AGENT = `insert into agents (tenant_id, agent_id, first_seen_at)
  select c.tenant_id, $2, clock_timestamp() from tenant_controls c where c.tenant_id = $1 on conflict do nothing`;
const FREEZES = `select f.id, f.type, f.target_id as "targetId" from freezes f where f.tenant_id = $1 and f.lifted_at is null
  and (f.type, f.target_id) in (('tenant', $1::text), ('key', $2), ('agent', $3))`;
const EXISTING = `select ${selectList(runs, "r")} from runs r where r.tenant_id = $1 and r.run_id = $2`;

export type StartFacts = {
  control: ControlRow;
  key: KeyRow | null;
  freezes: OpenFreeze[];
  existing: StartedRun | null;
};

type Starter = { agentId: string; keyId: string | null };

/** Everything a start must know before it resolves, in one pipelined round. */
export async function readStart(db: TenantDb, start: Starter & { runId: string }): Promise<StartFacts> {
  const [, , controls, keys, freezes, existing] = await Promise.all([
    shareControl(db),
    db.prepared(KNOW_AGENT, [start.agentId]),
    readControl(db),
    start.keyId === null ? [] : readKeys(db, [start.keyId]),
    readStartFreezes(db, start),
    db.prepared<StartedRun>(EXISTING, [start.runId]),
  ]);
  const [control] = controls;
  if (control === undefined) throw new Error("the tenant has no control row");
  return { control, key: keys[0] ?? null, freezes, existing: existing[0] ?? null };
}

/** The open freezes that a start of this agent by this key meets. */
export function readStartFreezes(db: TenantDb, { agentId, keyId }: Starter) {
  return db.prepared<OpenFreeze>(FREEZES, [keyId ?? "", agentId]);
}

const liveBy: Record<WindowLimit["scope_type"], string> = {
  tenant: "true",
  agent: "r.agent_id = $2",
  api_key: "r.api_key_id::text = $2",
  human_actor: "r.actor_type = 'human' and r.actor_id = $2",
  project: "r.project = $2",
  provider: "r.provider = $2",
};

/** How many runs of that scope are live; asked under the limit's counter lock, so that no other start lies between. */
export async function countLive(db: TenantDb, limit: WindowLimit, scopeKey: string): Promise<number> {
  const value = scopeKey.slice(scopeKey.indexOf(":") + 1);
  const condition = liveBy[limit.scope_type];
  const text = `select count(*)::int as n from runs r where r.tenant_id = $1 and r.completed_at is null and (${condition})`;
  const [row] = await db.prepared<{ n: number }>(text, limit.scope_type === "tenant" ? [] : [value]);
  return row?.n ?? Number.POSITIVE_INFINITY;
}

const KEEP_SET = `insert into policy_sets (tenant_id, set_hash, canonical, created_at)
  select c.tenant_id, $2, $3, clock_timestamp() from tenant_controls c where c.tenant_id = $1 on conflict do nothing`;

export async function insertSet(db: TenantDb, set: { setHash: Buffer; canonical: Buffer }): Promise<void> {
  await db.prepared(KEEP_SET, [set.setHash, set.canonical]);
}

export async function insertRun(
  db: TenantDb,
  rows: {
    run: typeof runs.$inferSelect;
    trace: typeof traces.$inferSelect;
    snapshot: typeof policySnapshots.$inferSelect | null;
  },
): Promise<void> {
  if (rows.snapshot !== null) await bulkInsert(db, policySnapshots, [rows.snapshot]);
  await bulkInsert(db, runs, [rows.run]);
  await bulkInsert(db, traces, [rows.trace]);
}
