// Whether the run's evidence holds, computed again from its rows while the bundle is made, and against the tenant's log.

import { shownHash } from "@/server/activity/shown-hash";
import { verifyRunById } from "@/server/activity/verify-run";
import type { Verification } from "@/server/evidence/verify";
import type { IntegrityEvidence } from "@/server/exports/content/bundle-types";
import type { LeafRefs } from "@/server/exports/content/leaf-refs";
import type { Subject } from "@/server/exports/content/subject";

const howToVerify = [
  "Take this file to a machine of your own; nothing of this server is needed but its public keys, fetched over a channel you trust.",
  "Run the offline verifier on it with those keys: it recomputes every record, the chain, the seal, the log proofs and the signature.",
  "Compare the checkpoint with a copy kept outside this server, where there is one.",
];

export async function integrityOf(subject: Subject, leafOf: LeafRefs): Promise<IntegrityEvidence> {
  const { db, run, trace, questions } = subject;
  const verification = run === null ? null : await verifyRunById(db, run.runId);
  questions.note({
    id: "verification",
    reads: ["runs", "traces", "trace_records", "steps", "policy_snapshots", "policy_sets", "incidents", "log_leaves"],
    condition: "every row of the run, recomputed; its seal against the seal's leaf",
    parameters: { run_id: run?.runId ?? null },
    rows: verification?.checked ?? 0,
  });
  const finding = verification === null ? null : findingOf(verification, subject, leafOf);
  return {
    verified: verification === null ? null : finding === null,
    finding,
    finding_seq: verification?.first_bad_seq ?? null,
    finding_step: await stepOf(subject, verification?.first_bad_seq ?? null),
    records_checked: verification?.checked ?? 0,
    chain_root: trace?.rootHash == null ? null : shownHash(trace.rootHash),
    seal_hash: trace?.sealHash == null ? null : shownHash(trace.sealHash),
    sealed_at: trace?.sealHash == null ? null : (trace.completedAt?.toISOString() ?? null),
    genesis_hash: trace === null ? null : shownHash(trace.genesisHash),
    late_records: verification?.late_records ?? 0,
    how_to_verify: howToVerify,
  };
}

// A run whose rows were all rewritten agrees with itself; the log still holds the hashes of what it was.
function findingOf({ verified, reason }: Verification, { run, trace }: Subject, leafOf: LeafRefs): string | null {
  if (!verified) return reason ?? "not verified";
  const seal = leafOf("seal", run?.runId ?? null);
  const isSealLeaf = seal === null || trace?.sealHash == null || seal.hash === shownHash(trace.sealHash);
  return isSealLeaf ? null : "seal_differs_from_log";
}

async function stepOf({ db, run }: Subject, seq: number | null): Promise<number | null> {
  if (seq === null || run === null) return null;
  const [row] = await db.sql<{ step_index: number | null }>`
    select r.step_index from trace_records r where ${db.mine("r")} and r.run_id = ${run.runId} and r.seq = ${seq}`;
  return row?.step_index ?? null;
}
