// A start that is refused is on record: as a run that never lived, with a sealed empty trace, without an incident and
// outside every run metric.

import { v7 as uuidv7 } from "uuid";
import type { RefusalReason } from "@/db/vocabulary";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { Problem } from "@/server/platform/http/problem";
import { freezeOnKill } from "./block";
import { RunRefused } from "./contract";
import type { Candidate } from "./decision";
import { Draft } from "./draft";
import { type Ending, endRun, sealRun } from "./ending";
import { flush } from "./flush";
import { genesisOf, newRun, type StartItem, traceRow } from "./new-run";
import type { StartedRun } from "./rows";
import { insertRun } from "./start-store";
import type { OpenFreeze } from "./store";
import type { World } from "./world";

export type Refusal = { reason: RefusalReason; detail: string; policy_id?: string; policy_name?: string };

/** `by`: the candidate that refuses it; a kill's on_kill is done with it. */
type RefusedStart = { item: StartItem; refusal: Refusal; by?: Candidate | null };

/** Writes the refused run; the caller answers `refusedProblem` after the commit. */
export async function refuseStart(
  db: TenantDb,
  world: World,
  { item, refusal, by }: RefusedStart,
): Promise<{ refusal: Refusal }> {
  const run: StartedRun = { ...newRun(world, item), refusalReason: refusal.reason, answerStatus: 403 };
  run.headHash = genesisOf(world, run, null);
  const genesis = run.headHash;
  run.answer = Buffer.from(JSON.stringify(refusal), "utf8");
  world.governance.delete(run.runId);
  world.snapshotHashes.delete(run.runId);
  const draft = new Draft(world, run, item.principal, item.requestId);
  const ending: Ending = {
    status: "failed_policy",
    reason: "policy_block",
    cause: "refused",
    note: null,
    stoppedAtStep: null,
    violation: null,
    incidentId: null,
  };
  endRun(draft, ending);
  sealRun(draft, ending);
  draft.effects.enforcements.push({ ...refusedRow(draft, refusal) });
  draft.audit("run.refused", { reason: refusal.reason, detail: refusal.detail });
  if (by?.enforcement === "kill") freezeOnKill(draft, by);
  await insertRun(db, { run, trace: traceRow(run, genesis), snapshot: null });
  world.effects = draft.effects;
  await flush(db, world);
  return { refusal };
}

/** The refusal of a start that meets these open freezes; the widest is named. */
export function frozenRefusal(freezes: readonly OpenFreeze[]): Refusal | null {
  const frozen = new Set(freezes.map((one) => one.type));
  if (frozen.has("tenant")) return { reason: "tenant_frozen", detail: "the tenant is frozen" };
  if (frozen.has("key")) return { reason: "key_frozen", detail: "the key is frozen" };
  return frozen.has("agent") ? { reason: "agent_frozen", detail: "the agent is frozen" } : null;
}

export function refusedAgain(run: Pick<StartedRun, "answer">): Refusal {
  return JSON.parse(run.answer.toString("utf8")) as Refusal;
}

export function refusedProblem(refusal: Refusal): Problem {
  const { reason, detail, ...named } = refusal;
  return RunRefused.with({ detail: `The run may not start: ${detail}.`, reason, ...named });
}

function refusedRow(draft: Draft, refusal: Refusal) {
  return {
    tenantId: draft.world.tenantId,
    id: uuidv7(),
    runId: draft.run.runId,
    source: refusal.policy_id === undefined ? "default" : "rule",
    policyId: refusal.policy_id ?? null,
    limitId: null,
    policyVersion: null,
    policyName: refusal.policy_name ?? null,
    action: "start_refused",
    violationType: null,
    severity: null,
    metric: null,
    thresholdValue: null,
    actualValue: null,
    projected: true,
    shadow: false,
    reason: `${refusal.reason}: ${refusal.detail}`,
    stepIndex: null,
    seq: null,
    incidentId: null,
    dedupeKey: null,
    detail: null,
    recordedAt: draft.now,
  };
}
