// Reads of what was frozen at the start of runs. The bytes are hashed again with every look at a snapshot.

import { and, eq, type SQL, sql } from "drizzle-orm";
import { policySets, policySnapshots } from "@/db/schema/policies";
import { conflictStrategies } from "@/db/vocabulary";
import { type CanonicalObject, canonicalText, isPlainObject } from "@/server/evidence/canonical";
import { H, writeHash } from "@/server/evidence/hash";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { InputOf, OutputOf } from "@/server/platform/http/contract";
import { type ListAnswer, listPage } from "@/server/platform/http/list";
import { NotFound } from "@/server/platform/http/problem";
import type { getSnapshot, listSnapshots } from "@/server/policies/contract";
import { wordOf } from "@/server/policies/definition";
import { isExactly } from "@/server/policies/filters";
import type { PolicySnapshot, PolicySnapshotDetail } from "@/server/policies/wire";

type SnapshotRow = typeof policySnapshots.$inferSelect;
type SetRow = typeof policySets.$inferSelect;
type SnapshotQuery = InputOf<typeof listSnapshots>["query"];

export function listSnapshotPage(db: TenantDb, query: SnapshotQuery): Promise<ListAnswer<PolicySnapshot>> {
  return listPage(db, query, {
    table: policySnapshots,
    where: and(
      isExactly(policySnapshots.runId, query.run_id),
      isExactly(policySnapshots.ambiguous, query.ambiguous),
      query.policy_id === undefined ? undefined : holds(query.policy_id),
    ),
    sorts: { created_at: policySnapshots.createdAt },
    id: policySnapshots.id,
    item: snapshotView,
  });
}

// Sets are few, shared by runs, and canonical JSON: the rule stands in them by these very bytes.
function holds(policyId: string): SQL {
  const needle = `"policy_id":${JSON.stringify(policyId)}`;
  return sql`${policySnapshots.setHash} in (select ${policySets.setHash} from ${policySets} where
    ${policySets.tenantId} = ${policySnapshots.tenantId} and position(convert_to(${needle}, 'UTF8') in ${policySets.canonical}) > 0)`;
}

/** @throws NotFound for an id that is none of this tenant's snapshots. */
export async function showSnapshot(db: TenantDb, id: string): Promise<OutputOf<typeof getSnapshot>> {
  const row = await db.first(policySnapshots, eq(policySnapshots.id, id));
  if (row === null) throw NotFound.with();
  const set = await db.first(policySets, eq(policySets.setHash, row.setHash));
  return { entity: { ...snapshotView(row), ...inspected(row, set) }, actions: [] };
}

function snapshotView(row: SnapshotRow): PolicySnapshot {
  return {
    snapshot_id: row.id,
    run_id: row.runId,
    content_hash: writeHash(row.contentHash),
    set_hash: writeHash(row.setHash),
    policy_count: row.policyCount,
    strategy: wordOf(conflictStrategies, row.strategy),
    ambiguous: row.ambiguous,
    created_at: row.createdAt.toISOString(),
  };
}

/** FAILED when any check fails; a policy set that is missing is one that fails. */
function inspected(row: SnapshotRow, set: SetRow | null): Omit<PolicySnapshotDetail, keyof PolicySnapshot> {
  const content = canonicalObject(row.canonical);
  const policySet = set === null ? null : canonicalObject(set.canonical);
  const checks = [
    { name: "content_hash", ok: content !== null && H("snapshot", row.canonical).equals(row.contentHash) },
    { name: "content_columns", ok: content !== null && agreesWithColumns(content, row) },
    {
      name: "policy_set_hash",
      ok: set !== null && policySet !== null && H("policy-set", set.canonical).equals(row.setHash),
    },
  ];
  const status = checks.every((check) => check.ok) ? ("VERIFIED" as const) : ("FAILED" as const);
  return {
    content,
    policy_set: policySet,
    integrity: { content_hash: writeHash(row.contentHash), status, checks },
  };
}

// What the columns repeat of the content must be the same, or a snapshot could be passed off as another run's.
function agreesWithColumns(content: Readonly<Record<string, unknown>>, row: SnapshotRow): boolean {
  return (
    content.tenant_id === row.tenantId &&
    content.snapshot_id === row.id &&
    content.run_id === row.runId &&
    content.policy_set_hash === writeHash(row.setHash) &&
    content.created_at === row.createdAt.toISOString()
  );
}

// Null unless the bytes are the canonical text of an object: two texts of one content would have two hashes.
function canonicalObject(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const text = Buffer.from(bytes).toString("utf8");
    const value: unknown = JSON.parse(text);
    return isPlainObject(value) && canonicalText(asCanonical(value)) === text ? { ...value } : null;
  } catch {
    return null;
  }
}

// canonicalText judges every value it writes and throws for those without a canonical form.
function asCanonical(value: object): CanonicalObject {
  return value as CanonicalObject;
}
