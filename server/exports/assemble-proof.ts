// Everything a file needs to be checked without us, against one signed checkpoint of the tenant's log.

import { z } from "zod";
import type { LeafKind } from "@/db/vocabulary";
import { BUNDLE_FORMAT, type BundleProof, bundleFormats, type ProofEntry } from "@/server/evidence/bundle-file";
import type { CanonicalObject } from "@/server/evidence/canonical";
import { writeHash } from "@/server/evidence/hash";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { keyHistory } from "@/server/transparency/keys";
import {
  consistencyOf,
  findLeaf,
  firstCheckpointCovering,
  inclusionOf,
  type LeafRow,
} from "@/server/transparency/proofs";

// Written by our own canonical writer into the draft of the same bundle.
const Canonical = z.custom<CanonicalObject>((value) => typeof value === "object" && value !== null);

/** What was read of the run and the incident, as far as the proof speaks of it; kept with the draft. */
export const ProofPlan = z.object({
  /** Drafts from before there was a second one name none. */
  format: z.enum(bundleFormats).default(BUNDLE_FORMAT),
  genesis: Canonical.nullable(),
  chain_root: z.string().nullable(),
  seal: Canonical.nullable(),
  run_id: z.string().nullable(),
  snapshot_id: z.string().nullable(),
  /** Seqs of the addenda. */
  addenda: z.array(z.int()),
  incident_events: z.array(z.string()),
});
export type ProofPlan = z.output<typeof ProofPlan>;

type Checkpoint = { size: number; note: string };

/** `db` reads one state; `checkpoint` covers the bundle's leaf. */
export async function assembleProof(
  db: TenantDb,
  plan: ProofPlan,
  of: { bundleId: string; bundleHash: Buffer; checkpoint: Checkpoint },
): Promise<BundleProof> {
  const history = await keyHistory();
  const names = [
    ...namesOf(plan),
    ...history.map(({ fingerprint }): LeafName => ["key", fingerprint]),
    ["bundle", of.bundleId] as const,
  ];
  const leaves: LeafRow[] = [];
  for (const [kind, id] of names) {
    const leaf = await findLeaf(db, kind, id);
    // What has no leaf is left out, and the file then does not verify: that is what has to be seen.
    if (leaf !== null && leaf.leafIndex < of.checkpoint.size) leaves.push(leaf);
  }
  const seal = leaves.find(({ kind }) => kind === "seal");
  return {
    format: plan.format,
    bundle_hash: writeHash(of.bundleHash),
    genesis: plan.genesis,
    chain_root: plan.chain_root,
    seal: plan.seal,
    entries: await entriesOf(db, leaves, of.checkpoint.size),
    checkpoint: of.checkpoint.note,
    first_checkpoint_covering_seal: seal === undefined ? null : await firstCovering(db, seal, of.checkpoint),
    key_history: history,
  };
}

type LeafName = readonly [kind: LeafKind, id: string];

function namesOf(plan: ProofPlan): LeafName[] {
  const ofRun: LeafName[] = [];
  if (plan.snapshot_id !== null) ofRun.push(["snapshot", plan.snapshot_id]);
  if (plan.run_id !== null && plan.seal !== null) ofRun.push(["seal", plan.run_id]);
  for (const seq of plan.addenda) ofRun.push(["addendum", `${plan.run_id}/${seq}`]);
  return [...ofRun, ...plan.incident_events.map((id): LeafName => ["incident_event", id])];
}

async function entriesOf(db: TenantDb, leaves: readonly LeafRow[], size: number): Promise<ProofEntry[]> {
  const entries: ProofEntry[] = [];
  for (const leaf of leaves) {
    const path = await inclusionOf(db, leaf.leafIndex, size);
    entries.push({
      kind: leaf.kind,
      id: leaf.sourceId,
      hash: writeHash(leaf.hash),
      at: leaf.at.toISOString(),
      leaf_index: leaf.leafIndex,
      inclusion: path.map(writeHash),
    });
  }
  return entries;
}

async function firstCovering(
  db: TenantDb,
  seal: LeafRow,
  last: Checkpoint,
): Promise<BundleProof["first_checkpoint_covering_seal"]> {
  const first = await firstCheckpointCovering(db, seal.leafIndex);
  if (first === null || first.size > last.size) return null;
  const path = await consistencyOf(db, first.size, last.size);
  return { checkpoint: first.note, consistency: path.map(writeHash) };
}
