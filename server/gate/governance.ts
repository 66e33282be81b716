// From a run's frozen snapshot to the plan that decides it. Plans are kept by the hash of their policy set, which leaves
// the run out; a snapshot is trusted only when both hashes, recomputed from its bytes, are the stored ones.

import { readHash, writeHash } from "@/server/evidence/hash";
import { policySetHash, snapshotHash } from "@/server/evidence/snapshot-hash";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { once } from "@/server/platform/env/once";
import { log } from "@/server/platform/log/log";
import type { PolicySet } from "@/server/policies/policy-set";
import { ByteCache } from "./byte-cache";
import { type CompiledSet, compiledSet, knownSet } from "./compiled-sets";
import { frameOf, type OwnSummary, ownSummary, type SnapshotContent, summaryOf } from "./snapshot";
import { readSnapshots, type StoredSnapshot } from "./store";
import type { Governance } from "./world";

const MOST_BYTES = 8_000_000;

/** A snapshot without its policy set, which it shares with others. */
type Kept = Omit<Governance, "plan" | "summary"> & { own: OwnSummary; bytes: number };

function snapshots(): ByteCache<Kept> {
  return once("gate-governances", () => new ByteCache<Kept>(MOST_BYTES));
}

function known(tenantId: string, snapshotId: string): Governance | null {
  const kept = snapshots().get(`${tenantId}/${snapshotId}`);
  const compiled = kept === undefined ? null : knownSet(tenantId, kept.setHash);
  return kept === undefined || compiled === null ? null : joined(kept, compiled);
}

function joined({ own, bytes: _bytes, ...kept }: Kept, compiled: CompiledSet): Governance {
  return { ...kept, plan: compiled.plan, summary: summaryOf(own, compiled) };
}

/** Keeps it for the run's posts. Without it they read the snapshot again. */
export function rememberGovernance(tenantId: string, { content, contentHash }: Omit<GovernanceParts, "set">): void {
  const compiled = knownSet(tenantId, content.policy_set_hash);
  if (compiled === null) return;
  const kept = keptOf({ content, contentHash, limitsCost: compiled.plan.limitsCost });
  snapshots().set(`${tenantId}/${content.snapshot_id}`, kept, kept.bytes);
}

/** What governs these snapshots' runs; null where a snapshot is missing, was changed, or cannot be compiled. */
export async function governanceOf(
  db: TenantDb,
  snapshotIds: readonly string[],
): Promise<Map<string, Governance | null>> {
  const found = new Map<string, Governance | null>();
  const missing: string[] = [];
  for (const id of new Set(snapshotIds)) {
    const governance = known(db.tenantId, id);
    if (governance === null) missing.push(id);
    else found.set(id, governance);
  }
  if (missing.length === 0) return found;
  const stored = new Map((await readSnapshots(db, missing)).map((row) => [row.id, row]));
  for (const id of missing) {
    found.set(id, read(db.tenantId, id, stored.get(id)));
  }
  return found;
}

function read(tenantId: string, id: string, row: StoredSnapshot | undefined): Governance | null {
  try {
    if (row === undefined) throw new Error("it is missing");
    return readStored(tenantId, row);
  } catch (error) {
    log.error({ tenant_id: tenantId, snapshot_id: id, error }, "a policy snapshot cannot be used: its run is blocked");
    return null;
  }
}

function readStored(tenantId: string, row: StoredSnapshot): Governance {
  const content = JSON.parse(row.canonical.toString("utf8")) as SnapshotContent;
  const set = JSON.parse(row.setCanonical.toString("utf8")) as PolicySet;
  if (!snapshotHash(content as never).equals(row.contentHash)) throw new Error("its content hash does not match");
  if (!policySetHash(set as never).equals(row.setHash)) throw new Error("its policy set's hash does not match");
  const named = readHash(content.policy_set_hash);
  const isOwn = content.snapshot_id === row.id && content.run_id === row.runId && content.tenant_id === tenantId;
  if (!isOwn || named === null || !named.equals(row.setHash)) throw new Error("it belongs to another run or set");
  const governance = governanceFrom(tenantId, { content, set, contentHash: row.contentHash });
  rememberGovernance(tenantId, { content, contentHash: row.contentHash });
  return governance;
}

export type GovernanceParts = { content: SnapshotContent; set: PolicySet; contentHash: Buffer };

export function governanceFrom(tenantId: string, { content, set, contentHash }: GovernanceParts): Governance {
  const compiled = knownSet(tenantId, content.policy_set_hash) ?? compiledSet(tenantId, set);
  return joined(keptOf({ content, contentHash, limitsCost: compiled.plan.limitsCost }), compiled);
}

// What a client says of its run is its own; settings and windows are shared, so they do not count.
function keptOf({ content, contentHash, limitsCost }: Omit<GovernanceParts, "set"> & { limitsCost: boolean }): Kept {
  const own = ownSummary(content, { contentHash: writeHash(contentHash), limitsCost });
  return {
    settings: frameOf(content, limitsCost).settings,
    setHash: content.policy_set_hash,
    snapshotId: content.snapshot_id,
    snapshotHash: contentHash,
    context: content.context,
    own,
    bytes: 1_000 + 2 * JSON.stringify(content.context).length,
  };
}
