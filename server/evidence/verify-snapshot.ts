import { type CanonicalObject, canonicalText, isPlainObject, jcs, NotCanonical } from "./canonical";
import { demand, isSameBytes, orFinding } from "./finding";
import { H, writeHash } from "./hash";
import { instant } from "./instant";
import type { RunRow, SnapshotRow } from "./run-evidence";

/** The hash that the genesis holds, and who and what the run was started as. */
export type FrozenStart = { readonly hash: Buffer; readonly context: CanonicalObject };

/** Throws a Finding unless the snapshot and its policy set are what their hashes say; null for a run without one. */
export function verifySnapshot(run: RunRow, snapshot: SnapshotRow | null): FrozenStart | null {
  if (snapshot === null) {
    demand(run.snapshotId === null, "snapshot_missing");
    return null;
  }
  const isOfThisRun = snapshot.tenantId === run.tenantId && snapshot.runId === run.runId;
  demand(isOfThisRun && snapshot.id === run.snapshotId, "snapshot_changed");
  const content = parsed(snapshot.canonical);
  const hash = H("snapshot", snapshot.canonical);
  demand(content !== null && isSameBytes(hash, snapshot.contentHash), "snapshot_changed");
  const columns = orFinding("snapshot_changed", null, () => columnMembers(snapshot));
  for (const [member, column] of Object.entries(columns)) {
    demand(jcs(content[member] ?? null) === jcs(column ?? null), "snapshot_changed");
  }
  const setHash = H("policy-set", snapshot.setCanonical);
  const isSet = parsed(snapshot.setCanonical) !== null && isSameBytes(setHash, snapshot.setHash);
  demand(isSet, "policy_set_changed");
  const { context } = content;
  demand(isPlainObject(context), "snapshot_changed");
  return { hash, context: asCanonical(context) };
}

/** The members of a snapshot's content that columns repeat; the content must hold each of them. */
export function columnMembers(row: Omit<SnapshotRow, "canonical" | "contentHash" | "setCanonical">): CanonicalObject {
  return {
    tenant_id: row.tenantId,
    snapshot_id: row.id,
    run_id: row.runId,
    policy_set_hash: row.setHash.length === 32 ? writeHash(row.setHash) : undefined,
    policy_count: row.policyCount,
    strategy: row.strategy,
    ambiguous: row.ambiguous,
    created_at: instant(row.createdAt),
  };
}

// Null unless the bytes are the canonical text of an object: two texts of one content would have two hashes.
function parsed(bytes: Uint8Array): { readonly [member: string]: unknown } | null {
  const text = Buffer.from(bytes).toString("utf8");
  const value = parsedJson(text);
  return isPlainObject(value) && canonicalOrNull(value) === text ? value : null;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function canonicalOrNull(value: unknown): string | null {
  try {
    return canonicalText(asCanonical(value));
  } catch (error) {
    if (error instanceof NotCanonical) return null;
    throw error;
  }
}

// canonicalText itself judges every value it writes, so handing it an unknown one is safe; what was judged is canonical.
function asCanonical(value: unknown): CanonicalObject {
  return value as CanonicalObject;
}
