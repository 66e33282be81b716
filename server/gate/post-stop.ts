// A post on a run that is over. Nothing is added to the sealed trace; that it was refused is kept once per step key, as
// the proof of stop, and work it claims to have done is charged as ungoverned.

import { v7 as uuidv7 } from "uuid";
import { Draft } from "./draft";
import { type Effects, noEffects } from "./effects";
import { costRow } from "./enforcement-rows";
import { costed, type StepPost } from "./post";
import type { CostRow, EnforcementRow, RunRow } from "./rows";
import type { World } from "./world";

export function postStop(world: World, post: StepPost, run: RunRow): Effects {
  const key = post.stepId ?? String(post.stepIndex ?? "");
  const draft = new Draft(world, { ...run }, post.principal, post.requestId);
  const shared = { runId: run.runId, audit: null, at: world.now };
  const effects = noEffects();
  const enforcement = refusalRow(draft, key, post.stepIndex);
  effects.refusals.push({ ...shared, dedupeKey: `post_stop:${key}`, enforcement, cost: null });
  // A key of its own: the work may be claimed by a later post than the one that was refused first.
  if (post.usage !== null) {
    effects.refusals.push({
      ...shared,
      dedupeKey: `ungoverned:${key}`,
      enforcement: null,
      cost: ungoverned(draft, post),
    });
  }
  return effects;
}

function ungoverned(draft: Draft, post: StepPost): CostRow | null {
  if (post.usage === null) return null;
  const cost = costed(draft.world, draft.run, post.model, post.usage);
  const use = { ...post.usage, cost_units: cost.units };
  const place = { stepIndex: post.stepIndex, seq: null };
  return costRow(draft, { kind: "ungoverned", use, source: cost.source, model: post.model, ...place });
}

function refusalRow(draft: Draft, key: string, stepIndex: number | null): EnforcementRow {
  return {
    tenantId: draft.world.tenantId,
    id: uuidv7(),
    runId: draft.run.runId,
    source: "run",
    policyId: null,
    limitId: null,
    policyVersion: null,
    policyName: null,
    action: "post_stop",
    violationType: null,
    severity: null,
    metric: null,
    thresholdValue: null,
    actualValue: null,
    projected: false,
    shadow: false,
    reason: `the run is over (${draft.run.status}); the step was refused`,
    stepIndex,
    seq: null,
    incidentId: draft.run.incidentId,
    dedupeKey: `post_stop:${key}`,
    detail: null,
    recordedAt: draft.now,
  };
}
