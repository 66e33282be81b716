// The chain of custody: every hand the evidence passed through, with the hash that was handed on.

import { asc, eq } from "drizzle-orm";
import { exportBundles } from "@/db/schema/exports";
import { shownHash } from "@/server/activity/shown-hash";
import type { CustodyEntry, IntegrityEvidence } from "@/server/exports/content/bundle-types";
import type { IncidentMarks } from "@/server/exports/content/incident-marks";
import type { LeafRefs } from "@/server/exports/content/leaf-refs";
import type { FrozenPolicies } from "@/server/exports/content/policy-context";
import type { Subject } from "@/server/exports/content/subject";
import { count } from "@/server/exports/content/wording";
import { firstCheckpointCovering } from "@/server/transparency/proofs";

type Of = {
  frozen: FrozenPolicies | null;
  integrity: IntegrityEvidence;
  leafOf: LeafRefs;
  marks: IncidentMarks;
};

/** Oldest first; what is dated by nothing of ours is not in it. */
export async function chainOfCustody(subject: Subject, of: Of): Promise<CustodyEntry[]> {
  const entries = [
    ...ofStart(subject, of),
    ...ofSeal(subject, of),
    ofIncident(subject, of),
    ...(await ofCheckpoint(subject, of.leafOf)),
    ...(await ofExports(subject, of.leafOf)),
  ];
  return entries.sort((a, b) => (a.at ?? "").localeCompare(b.at ?? ""));
}

function ofStart({ run, trace, names }: Subject, { frozen, integrity, leafOf }: Of): CustodyEntry[] {
  if (run === null || trace === null) return [];
  const gate = names.of("system:gate");
  const starter = names.of(run.startedBy);
  const snapshot = frozen?.snapshot ?? null;
  return [
    ...(snapshot === null
      ? []
      : [
          {
            at: snapshot.created_at,
            event: "policies_frozen",
            actor: gate,
            hash: snapshot.content_hash,
            leaf_index: leafOf("snapshot", snapshot.snapshot_id)?.leaf_index ?? null,
            detail: `${count(snapshot.policy_count, "policy was", "policies were")} frozen for the run.`,
          },
        ]),
    {
      at: run.startedAt.toISOString(),
      event: "chain_begun",
      actor: starter,
      hash: integrity.genesis_hash,
      leaf_index: null,
      detail: `The run was started; its chain begins (engine ${trace.engine}).`,
    },
  ];
}

function ofSeal({ run, names }: Subject, { integrity, leafOf }: Of): CustodyEntry[] {
  if (run === null || integrity.seal_hash === null) return [];
  const late =
    run.lateRecords === 0
      ? ""
      : ` ${count(run.lateRecords, "late result was", "late results were")} added behind the seal.`;
  return [
    {
      at: integrity.sealed_at,
      event: "sealed",
      actor: names.of("system:gate"),
      hash: integrity.seal_hash,
      leaf_index: leafOf("seal", run.runId)?.leaf_index ?? null,
      detail: `${count(run.seq - run.lateRecords, "record was", "records were")} sealed under root ${integrity.chain_root ?? "?"}.${late}`,
    },
  ];
}

function ofIncident({ incident, names }: Subject, { leafOf, marks }: Of): CustodyEntry {
  const created = leafOf("incident_event", marks.created);
  return {
    at: incident.createdAt.toISOString(),
    event: "incident_opened",
    actor: names.of(incident.createdBy),
    hash: created?.hash ?? null,
    leaf_index: created?.leaf_index ?? null,
    detail: "The incident was opened; every change of it is an event and an audit entry of its own.",
  };
}

async function ofCheckpoint({ db, run, names }: Subject, leafOf: LeafRefs): Promise<CustodyEntry[]> {
  const seal = leafOf("seal", run?.runId ?? null);
  const checkpoint = seal?.leaf_index == null ? null : await firstCheckpointCovering(db, seal.leaf_index);
  if (checkpoint === null) return [];
  return [
    {
      at: checkpoint.signedAt.toISOString(),
      event: "checkpoint_signed",
      actor: names.of("system:sequencer"),
      hash: shownHash(checkpoint.rootHash),
      leaf_index: null,
      detail: `The log of ${count(checkpoint.size, "leaf", "leaves")}, the seal among them, was signed.`,
    },
  ];
}

/** Bundles of this incident before this one, and this one. */
async function ofExports({ db, request, names, questions }: Subject, leafOf: LeafRefs): Promise<CustodyEntry[]> {
  const { incidentId, bundleId, createdAt, requestedBy } = request.export;
  const made = await db.rows(exportBundles, {
    where: eq(exportBundles.incidentId, incidentId),
    orderBy: [asc(exportBundles.createdAt), asc(exportBundles.bundleId)],
  });
  const earlier = made.filter(
    (row) => row.bundleId !== bundleId && row.createdAt <= createdAt && row.status === "ready",
  );
  questions.note({
    id: "earlier_exports",
    reads: ["export_bundles"],
    condition: "incident_id = incident_id and status = 'ready' and created_at <= created_at of this one",
    parameters: { incident_id: incidentId, created_at: createdAt.toISOString() },
    rows: earlier.length,
  });
  return [
    ...earlier.map((row) => ({
      at: row.createdAt.toISOString(),
      event: "exported",
      actor: names.of(row.requestedBy),
      hash: row.bundleHash === null ? null : shownHash(row.bundleHash),
      leaf_index: leafOf("bundle", row.bundleId)?.leaf_index ?? null,
      detail: `Bundle ${row.bundleId} was made as ${row.format}.`,
    })),
    {
      at: createdAt.toISOString(),
      event: "exported",
      actor: names.of(requestedBy),
      hash: null,
      leaf_index: null,
      detail: `This bundle, ${bundleId}. Its hash and leaf are in the proof beside it.`,
    },
  ];
}
