// Dry replay: every decision of a run made again from its snapshot and the inputs its records hold, and compared with what
// was decided; the chain is rebuilt beside it. Nothing is executed and nothing is written.

import type { SQL } from "drizzle-orm";
import { and, asc, eq, gt } from "drizzle-orm";
import { runs, traceRecords } from "@/db/schema/activity";
import { traces } from "@/db/schema/traces";
import type { Replay } from "@/server/activity/contract";
import { type CanonicalObject, canonicalBytes, canonicalText } from "@/server/evidence/canonical";
import { recordHash } from "@/server/evidence/chain";
import { writeHash } from "@/server/evidence/hash";
import { storedRecord } from "@/server/evidence/record";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { NotFound } from "@/server/platform/http/problem";
import { decide } from "./decide";
import type { RunReading, StepReading, WindowReading } from "./decision";
import { governanceOf } from "./governance";
import { type Moment, planAt } from "./moments";
import type { RunRow } from "./rows";
import { decisionImage } from "./step-record";
import type { Governance } from "./world";

type Parity = Replay["parity"];
type Inputs = { moment?: Moment; run: Partial<RunReading>; step: StepReading; windows: WindowReading[] };

const PAGE = 500;

/** Parity, or the first record at which the decision made again differs. */
export async function redecide(db: TenantDb, runId: string): Promise<Parity> {
  const run = (await db.first(runs, eq(runs.runId, runId))) as RunRow | null;
  const trace = await db.first(traces, eq(traces.runId, runId));
  if (run === null || trace === null) throw NotFound.with();
  const original = trace.rootHash === null ? null : writeHash(trace.rootHash);
  const governance =
    run.snapshotId === null ? null : ((await governanceOf(db, [run.snapshotId])).get(run.snapshotId) ?? null);
  const walked = await walk(db, { run, governance, head: trace.genesisHash });
  const isSameRoot = original === null || walked.divergence !== null || walked.root === original;
  return {
    match: walked.divergence === null && isSameRoot,
    checked: walked.checked,
    original_root: original,
    replay_root: walked.divergence === null ? walked.root : null,
    divergence_seq: walked.divergence?.seq ?? null,
    divergence_step: walked.divergence?.stepIndex ?? null,
    reason: walked.divergence?.reason ?? (isSameRoot ? null : "the chain made again ends in another root"),
  };
}

type Walk = { run: RunRow; governance: Governance | null; head: Buffer };
type Divergence = { seq: number; stepIndex: number | null; reason: string };

async function walk(db: TenantDb, { run, governance, head }: Walk) {
  let hash = head;
  let checked = 0;
  for (let after = 0; ; ) {
    const where = and(eq(traceRecords.runId, run.runId), gt(traceRecords.seq, after)) as SQL;
    const page = await db.rows(traceRecords, { where, orderBy: [asc(traceRecords.seq)], limit: PAGE });
    for (const record of page) {
      after = record.seq;
      if (record.kind === "late") continue;
      const stored = storedRecord(record);
      const reason = differenceOf(stored.body, record.recordedAt, { run, governance });
      if (reason !== null)
        return { divergence: { seq: record.seq, stepIndex: record.stepIndex, reason }, checked, root: null };
      hash = recordHash(hash, canonicalBytes(stored));
      checked += 1;
    }
    if (page.length < PAGE) return { divergence: null as Divergence | null, checked, root: writeHash(hash) };
  }
}

/** Why the record's decision cannot be made again as it was, or null. Records without a decision have nothing to compare. */
function differenceOf(
  body: CanonicalObject,
  recordedAt: Date,
  { run, governance }: Pick<Walk, "run" | "governance">,
): string | null {
  const { decision, inputs } = body as { decision?: Record<string, unknown>; inputs?: Inputs };
  if (decision === undefined || inputs?.step === undefined) return null;
  if (isEngineFailure(decision)) return null;
  if (governance === null)
    return decision.source === "failure_mode" ? null : "the policy snapshot is missing or was changed";
  const made = decide({
    plan: inputs.moment === undefined ? governance.plan : planAt(governance.plan, inputs.moment),
    run: readingOf(run.runId, governance.context, inputs.run),
    step: { ...inputs.step, cost_units: inputs.step.cost_units ?? null },
    windows: inputs.windows.map((window) => ({ ...window, resets_in_ms: window.resets_in_ms ?? null })),
    now: recordedAt,
    failureMode: governance.settings.failure_mode,
  });
  const again = decisionImage(made);
  if (canonicalText(again) === canonicalText(decision as never)) return null;
  return `decided ${String(decision.action)} (${String(decision.reason)}), made again ${made.action} (${made.reason})`;
}

// A decision that could not be made was recorded as that; what was wrong then is not there to be wrong again.
function isEngineFailure(decision: Record<string, unknown>): boolean {
  return decision.source === "failure_mode" && decision.policy_id === undefined;
}

// Who and what the run is stands in its snapshot, never in its row: the row can be changed. How far it was stands in the record.
function readingOf(id: string, context: Governance["context"], inputs: Partial<RunReading>): RunReading {
  return {
    id,
    goal: context.goal ?? "",
    project: context.project ?? "",
    source: context.source ?? "",
    provider: context.provider ?? "",
    model: context.model ?? "",
    agent_id: context.agent_id,
    actor_type: context.actor_type ?? "",
    actor_id: context.actor_id ?? "",
    tags: context.tags,
    synthetic: context.synthetic,
    ...emptyReading,
    ...inputs,
  };
}

const nothing = { used: 0, reserved: 0, presumed: 0, excess: 0 };
const emptyReading = {
  meters: { tokens: nothing, input_tokens: nothing, output_tokens: nothing, cost_units: nothing, steps: nothing },
  unpriced: false,
  duration_ms: 0,
  minute: { cost_units: 0, steps: 0 },
  signalled: {},
  holds: {},
  released: {},
  last: {},
  first_token_seen: false,
};
