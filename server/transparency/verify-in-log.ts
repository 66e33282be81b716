// A run against the tenant's log. Chain and seal show that a run's rows agree with each other; only the log shows that the
// application wrote them and when: whoever can write to the database can make a whole run up, but not its leaves.

import { and, eq, inArray } from "drizzle-orm";
import { runs } from "@/db/schema/activity";
import { policySnapshots } from "@/db/schema/policies";
import { traces } from "@/db/schema/traces";
import { logLeaves } from "@/db/schema/transparency";
import type { LeafKind } from "@/db/vocabulary";
import { verifyRunById } from "@/server/activity/verify-run";
import type { BadReason } from "@/server/evidence/finding";
import type { NoteKey } from "@/server/evidence/signed-note";
import type { Verification } from "@/server/evidence/verify";
import { evidenceKey } from "@/server/platform/audit/leaf-sources";
import type { Principal } from "@/server/platform/auth/principal";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";
import { noteKeys } from "./keys";
import { faultOfCheckpoint, faultOfLeaf, isCovered } from "./leaf-check";
import { hasLostRows } from "./lost-rows";
import { firstCheckpointCovering, type LeafRow, leavesBetween } from "./proofs";
import { missingFromLog } from "./standing";

/** What a source may take to become a leaf, with room for a server that was stopped in between. */
const GRACE_MS = 10_000;
const PAGE = 1_000;

/** `leaf_changed`: the log says otherwise. `not_in_log`: nobody put it there. `checkpoint_changed`: what was signed over it. */
type LogReason = "leaf_changed" | "not_in_log" | "checkpoint_changed";

export type VerificationInLog = Omit<Verification, "checkpoint_size" | "reason"> & {
  readonly reason: BadReason | LogReason | null;
  /** Of the first checkpoint that covers the seal; null while none does. */
  readonly checkpoint_size: number | null;
};

/** Something of the run that has a leaf: `seq` where it is a record. */
type Claim = { kind: LeafKind; id: string; hash: Buffer; seq: number | null; since: Date };
type LogFinding = { reason: LogReason; seq: number | null };
type Standing = { checkpointSize: number | null; finding: LogFinding | null; absent: Claim[] };

/** As verifyRunById, in a transaction of its own, and against the log; null when there is no such run. */
export async function verifyRunInLog(principal: Principal, runId: string): Promise<VerificationInLog | null> {
  const keys = await noteKeys(principal.tenantId);
  const read = async (db: TenantDb) => {
    const verification = await verifyRunById(db, runId, keys);
    return verification && { verification, standing: await standingOf(db, runId, keys) };
  };
  const found = await asTenant(principal, read, { isSnapshot: true });
  if (found === null) return null;
  const { verification, standing } = found;
  const finding = standing.finding ?? (await findingOfAbsent(principal.tenantId, standing.absent));
  const answer = { ...verification, checkpoint_size: standing.checkpointSize };
  if (!verification.verified || finding === null) return answer;
  return { ...answer, verified: false, reason: finding.reason, first_bad_seq: finding.seq };
}

async function standingOf(db: TenantDb, runId: string, keys: readonly NoteKey[]): Promise<Standing> {
  const standing: Standing = { checkpointSize: null, finding: null, absent: [] };
  const begun = await logBegan(db);
  for await (const claims of claimsOf(db, runId)) {
    const leaves = await leavesOf(db, claims);
    for (const claim of claims) {
      const leaf = leaves.get(`${claim.kind}/${claim.id}`);
      // What was there before the log began has no leaf.
      if (leaf === undefined && begun !== null && claim.since >= begun) standing.absent.push(claim);
      if (leaf !== undefined) await weigh(db, { claim, leaf, keys, standing });
    }
  }
  if (await hasLostRows(db, runId)) standing.finding ??= { reason: "leaf_changed", seq: null };
  return standing;
}

type Weighed = { claim: Claim; leaf: LeafRow; keys: readonly NoteKey[]; standing: Standing };

async function weigh(db: TenantDb, { claim, leaf, keys, standing }: Weighed): Promise<void> {
  const isSame = faultOfLeaf(leaf, evidenceKey()) === null && leaf.hash.equals(claim.hash);
  if (!isSame) standing.finding ??= { reason: "leaf_changed", seq: claim.seq };
  // Addenda are many, and their leaves hold the seal's hash already.
  if (!isSame || claim.kind === "addendum") return;
  const checkpoint = await firstCheckpointCovering(db, leaf.leafIndex);
  if (checkpoint === null) return;
  if (claim.kind === "seal") standing.checkpointSize = checkpoint.size;
  if (faultOfCheckpoint(checkpoint, keys) !== null) standing.finding ??= { reason: "checkpoint_changed", seq: null };
  else if (!(await isCovered(db, leaf, checkpoint))) standing.finding ??= { reason: "leaf_changed", seq: null };
}

/** Seal and snapshot first, then the addenda in pages. */
async function* claimsOf(db: TenantDb, runId: string): AsyncGenerator<Claim[]> {
  const run = await db.first(runs, eq(runs.runId, runId));
  const trace = await db.first(traces, eq(traces.runId, runId));
  const snapshot = run?.snapshotId ? await db.first(policySnapshots, eq(policySnapshots.id, run.snapshotId)) : null;
  const single: Claim[] = [];
  if (trace?.sealHash && trace.completedAt) {
    single.push({ kind: "seal", id: runId, hash: trace.sealHash, seq: null, since: trace.completedAt });
  }
  if (snapshot !== null) {
    const { id, contentHash, createdAt } = snapshot;
    single.push({ kind: "snapshot", id, hash: contentHash, seq: null, since: createdAt });
  }
  yield single;
  for (let after = 0; ; ) {
    const late = await db.sql<{ seq: number; hash: Buffer; recorded_at: Date }>`
      select r.seq, r.hash, r.recorded_at from trace_records r
      where ${db.mine("r")} and r.run_id = ${runId} and r.kind = 'late' and r.seq > ${after}
      order by r.seq limit ${PAGE}`;
    yield late.map(({ seq, hash, recorded_at }) => {
      return { kind: "addendum", id: `${runId}/${seq}`, hash, seq, since: recorded_at };
    });
    const last = late.at(-1);
    if (last === undefined || late.length < PAGE) return;
    after = last.seq;
  }
}

async function leavesOf(db: TenantDb, claims: readonly Claim[]): Promise<Map<string, LeafRow>> {
  const ids = claims.map(({ id }) => id);
  const where = and(inArray(logLeaves.kind, ["seal", "snapshot", "addendum"]), inArray(logLeaves.sourceId, ids));
  const rows = ids.length === 0 ? [] : await db.rows(logLeaves, { where });
  return new Map(rows.map((leaf) => [`${leaf.kind}/${leaf.sourceId}`, leaf]));
}

/** The time of the first leaf; null for a log that has not begun. */
async function logBegan(db: TenantDb): Promise<Date | null> {
  const [first] = await leavesBetween(db, 0, 1);
  return first?.at ?? null;
}

async function findingOfAbsent(tenantId: string, absent: readonly Claim[]): Promise<LogFinding | null> {
  const latest = Date.now() - GRACE_MS;
  const old = absent.filter(({ since }) => since.getTime() < latest);
  const [missing] = await missingFromLog(tenantId, old);
  if (missing === undefined) return null;
  const claim = old.find(({ kind, id }) => kind === missing.kind && id === missing.id);
  return { reason: "not_in_log", seq: claim?.seq ?? null };
}
