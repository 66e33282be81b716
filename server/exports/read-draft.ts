// The first half of making a bundle: everything is read in one state of the database and written down as a draft, together
// with the bundle's hash and its leaf. From then on the bundle says what it says, whatever happens to its file.

import type { Hash } from "node:crypto";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { runs } from "@/db/schema/activity";
import { traces } from "@/db/schema/traces";
import { exportFormats } from "@/db/vocabulary";
import { memberNames } from "@/server/account/member-names";
import { type CanonicalObject, isPlainObject } from "@/server/evidence/canonical";
import { genesisBytes } from "@/server/evidence/chain";
import { writeHash } from "@/server/evidence/hash";
import { type KeyHistoryEntry, keyStatementHash } from "@/server/evidence/key-history";
import { snapshotHash } from "@/server/evidence/snapshot-hash";
import { ProofPlan } from "@/server/exports/assemble-proof";
import { bundleContent } from "@/server/exports/bundle-content";
import { stepPages } from "@/server/exports/content/step-content";
import { type Core, writeCore } from "@/server/exports/core-text";
import { DraftSink } from "@/server/exports/draft-sink";
import { Unmakable } from "@/server/exports/failure";
import type { Maker } from "@/server/exports/maker";
import { besideOf, recordsOf, saltPages, snapshotOf, timelineOf } from "@/server/exports/read-run";
import { bundleFormatOf, fileForms, formOf } from "@/server/exports/rules";
import { dropDraft, type ExportRow, findDraftPart, insertDraft, setBundleHash } from "@/server/exports/store";
import { type LeafDeed, writeLeafSources } from "@/server/platform/audit/leaf-sources";
import { readAhead } from "@/server/platform/db/read-ahead";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";
import { keyHistory } from "@/server/transparency/keys";
import { hasLostRows, leafWithoutRow } from "@/server/transparency/lost-rows";
import { findLeaf } from "@/server/transparency/proofs";
import { sequenceNow } from "@/server/transparency/sequencer";

type RunRow = typeof runs.$inferSelect;
type TraceRow = typeof traces.$inferSelect;

/** What the draft needs to become a file. */
const DraftPlan = z.object({ form: z.enum(fileForms), proof: ProofPlan });
export type DraftPlan = z.output<typeof DraftPlan>;

/** Before the parts of the text, which count from 0. */
const PLAN_PART = -1;

/** The plan of a draft that is there already. */
export async function findDraftPlan(db: TenantDb, bundleId: string): Promise<DraftPlan> {
  const bytes = await findDraftPart(db, bundleId, PLAN_PART);
  if (bytes === null) throw new Error("a bundle with a hash has no draft");
  return DraftPlan.parse(JSON.parse(bytes.toString("utf8")));
}

/**
 * Reads the bundle and writes its draft; gives SHA-256 over the draft's text so far. Throws Unmakable for rows that make no
 * file.
 */
export async function writeDraft(maker: Maker, row: ExportRow): Promise<Hash> {
  const { principal } = maker;
  await maker.say(5, "Bringing the log up to date");
  // So that what the bundle says about the log is about everything that happened before it.
  await sequenceNow(principal.tenantId);
  await asTenant(principal, (db) => dropDraft(db, row.bundleId));
  const sink = new DraftSink((part, bytes) => asTenant(principal, (db) => insertDraft(db, row.bundleId, part, bytes)));
  await maker.say(10, "Reading the evidence");
  const members = await memberNames(principal.tenantId);
  const keys = await keyHistory();
  const read = await asTenant(principal, (db) => readInto(db, row, { sink, maker, members }), { isSnapshot: true });
  await asTenant(principal, async (db) => {
    const { first, parts } = sink.rest();
    for (const [at, bytes] of parts.entries()) await insertDraft(db, row.bundleId, first + at, bytes);
    await insertDraft(db, row.bundleId, PLAN_PART, Buffer.from(JSON.stringify(read.plan)));
    await setBundleHash(db, row.bundleId, read.hash);
    const own = { kind: "bundle", id: row.bundleId, hash: read.hash, at: await db.now() } as const;
    await writeLeafSources(db, [...(await keysWithoutLeaf(db, keys)), own]);
  });
  return sink.hash;
}

// A key is in the log of every tenant that gets something signed by it. Two that find it missing at once write the same leaf.
async function keysWithoutLeaf(db: TenantDb, keys: readonly KeyHistoryEntry[]): Promise<LeafDeed[]> {
  const deeds: LeafDeed[] = [];
  for (const key of keys) {
    if ((await findLeaf(db, "key", key.fingerprint)) !== null) continue;
    deeds.push({ kind: "key", id: key.fingerprint, hash: keyStatementHash(key), at: new Date(key.active_from) });
  }
  return deeds;
}

async function readInto(
  db: TenantDb,
  row: ExportRow,
  { sink, maker, members }: { sink: DraftSink; maker: Maker; members: ReadonlyMap<string, string> },
): Promise<{ hash: Buffer; plan: DraftPlan }> {
  const run = row.runId === null ? null : await db.first(runs, eq(runs.runId, row.runId));
  const trace = run && (await db.first(traces, eq(traces.runId, run.runId)));
  await refuseLostRows(db, run);
  const timeline = await timelineOf(db, row.incidentId);
  const bundle = await bundleContent(db, row, members);
  const core: Core = {
    ...(run === null || !row.includeRawSteps ? withoutRaw : rawOf(db, run, "steps" in bundle)),
    bundle,
    timeline: timeline.events,
    records: () => (run === null ? none() : readAhead(recordsOf(db, run.runId))),
    snapshot: await snapshotOf(db, run?.snapshotId ?? null),
    inflection: trace?.violationStepIndex ?? null,
  };
  const total = run?.seq ?? 0;
  const asked = z.enum(exportFormats).parse(row.format);
  const [form, format] = [formOf(asked, total), bundleFormatOf(asked, total)];
  const hash = await writeCore(
    core,
    { form, format },
    {
      write: (text) => sink.write(text),
      onPage: async (done) => {
        maker.signal.throwIfAborted();
        await maker.say(20 + Math.floor((40 * done) / Math.max(1, total)), `Reading record ${done} of ${total}`);
      },
    },
  );
  return { hash, plan: { form, proof: { format, ...runPlan(run, trace, core), incident_events: timeline.ids } } };
}

type Raw = Pick<Core, "steps" | "salts" | "beside">;

const withoutRaw: Raw = { steps: null, salts: none, beside: async () => [] };

/** The debrief opens its records and lists no steps. */
function rawOf(db: TenantDb, run: RunRow, listsSteps: boolean): Raw {
  return {
    steps: listsSteps ? () => stepPages(db, run) : null,
    salts: () => saltPages(db, run.runId),
    beside: (page) => besideOf(db, run, { page, listsSteps }),
  };
}

// What is left of a run or a timeline agrees with itself, so a bundle of it would verify: only the log tells what is gone.
async function refuseLostRows(db: TenantDb, run: RunRow | null): Promise<void> {
  if (run !== null && (await hasLostRows(db, run.runId))) {
    throw new Unmakable("The log has an end or a late result of this run that its rows have no more.");
  }
  const begun = run?.snapshotId ? await findLeaf(db, "snapshot", run.snapshotId) : null;
  const leaf = await leafWithoutRow(db, begun?.leafIndex ?? 0);
  if (leaf !== null)
    throw new Unmakable(`The row behind leaf ${leaf} of the log is gone, so the evidence may be incomplete.`);
}

async function* none(): AsyncGenerator<never> {}

type RunPlan = Omit<ProofPlan, "incident_events" | "format">;

function runPlan(run: RunRow | null, trace: TraceRow | null, core: Core): RunPlan {
  if (run === null || trace === null) {
    return { genesis: null, chain_root: null, seal: null, run_id: null, snapshot_id: null, addenda: [] };
  }
  const seal = isPlainObject(trace.seal) ? sealIn(trace.seal) : null;
  const inChain = run.seq - run.lateRecords;
  return {
    genesis: genesisOf(run, trace, core),
    // While the run is live, what its next record will hang on.
    chain_root: writeHash(trace.rootHash ?? run.headHash),
    seal,
    run_id: run.runId,
    snapshot_id: run.snapshotId,
    addenda: seal === null ? [] : Array.from({ length: run.lateRecords }, (_none, at) => inChain + at + 1),
  };
}

function genesisOf(run: RunRow, trace: TraceRow, core: Core): CanonicalObject {
  const bytes = genesisBytes({
    tenantId: run.tenantId,
    runId: run.runId,
    traceId: run.traceId,
    snapshotHash: core.snapshot === null ? null : snapshotHash(core.snapshot.content),
    engine: trace.engine,
    startedAt: run.startedAt,
  });
  return JSON.parse(bytes.toString("utf8"));
}

// The trigger lets nobody but the gate set it, once, and what was changed past the trigger fails against its hash.
function sealIn(stored: { readonly [member: string]: unknown }): CanonicalObject {
  return stored as CanonicalObject;
}
