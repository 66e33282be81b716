// What the bundle says about its run, held against what the records say. Only what follows from the file itself is looked
// at; a member that the bundle does not have is not called for.
import type { BundleChain } from "./bundle-chain";
import { verifySteps } from "./bundle-steps";
import { type CanonicalObject, isPlainObject } from "./canonical";
import { cents, compare, type Figures } from "./figure-comparison";
import { outstanding } from "./fold";
import { writeHash } from "./hash";
import { sealHash } from "./seal";

/** What there is of a run in the file, verified by itself already. */
export type VerifiedRun = {
  readonly chain: BundleChain;
  readonly snapshot: { readonly content: CanonicalObject; readonly hash: Buffer } | null;
};

/** Throws a Discrepancy at the first figure that is another one. Returns how many were compared. */
export function verifyFigures(bundle: Figures, run: VerifiedRun): number {
  const { violation } = run.chain.fold;
  let compared = compare(bundle, figuresOf(run), "bundle");
  // Without a violation in the chain the incident is about something else, and these are the incident's.
  if (violation !== null) compared += compare(bundle, violationFigures(violation), "bundle");
  const context = violation === null ? {} : policyFigures(violation);
  compared += verifyCost(bundle, run.chain);
  compared += compare(bundle.policy_context, { ...context, ...snapshotFigures(run) }, "policy_context");
  compared += compare(bundle.integrity, integrityFigures(run), "integrity");
  const hasSteps = bundle.steps !== undefined && !(Array.isArray(bundle.steps) && bundle.steps.length === 0);
  if (hasSteps) compared += verifySteps(bundle.steps, run.chain);
  return compared + run.chain.stepsBeside.finish();
}

function figuresOf({ chain, snapshot }: VerifiedRun): Figures {
  const { genesis, seal } = chain.ends;
  const { totals, late, end } = chain.fold;
  const context = snapshot?.content.context;
  const ended = { ...seal };
  return {
    ...{ tenant_id: genesis.tenant_id, run_id: genesis.run_id, trace_id: genesis.trace_id },
    ...{ run_started_at: genesis.started_at, run_completed_at: ended.ended_at ?? null },
    ...(seal === null ? {} : { run_status: seal.status }),
    ...{ termination_reason: ended.termination_reason ?? null, stopped_at_step: ended.stopped_at_step ?? null },
    ...{ end_note: end?.note ?? null, content_hash: seal === null ? null : writeHash(sealHash(seal)) },
    ...{ total_steps: chain.stepCount, steps_completed: totals.steps + late.steps },
    total_tokens: totals.input_tokens + totals.output_tokens + late.input_tokens + late.output_tokens,
    total_duration_ms:
      seal === null ? null : Date.parse(String(seal.ended_at)) - Date.parse(String(genesis.started_at)),
    ...presumedFigures(chain),
    ...(isPlainObject(context) ? contextFigures(context) : {}),
  };
}

// A sum of nothing but usage without a price is unknown, and may be shown as that.
function verifyCost(bundle: Figures, { fold, isUnpriced }: BundleChain): number {
  const units = fold.totals.cost_units + fold.late.cost_units;
  const isUnknown = units === 0 && isUnpriced;
  const expected = (name: string) => (isUnknown && bundle[name] === null ? null : cents(units));
  const figures = {
    total_cost_cents: expected("total_cost_cents"),
    cost_incurred_cents: expected("cost_incurred_cents"),
  };
  return compare(bundle, figures, "bundle");
}

function contextFigures(context: Figures): Figures {
  return {
    ...{ agent_id: context.agent_id, agent_verified: context.agent_verified, run_goal: context.goal ?? null },
  };
}

// Admitted and never reported; while the run is live, an open step may still report.
function presumedFigures(chain: BundleChain): Figures {
  const left = outstanding(chain.fold).filter(({ state }) => chain.ends.seal !== null || state === "lapsed");
  const tokens = left.reduce((sum, { estimate }) => sum + estimate.input_tokens + estimate.output_tokens, 0);
  const units = left.reduce((sum, { estimate }) => sum + estimate.cost_units, 0);
  return { presumed_tokens: tokens, presumed_cost_cents: cents(units) };
}

function violationFigures(violation: Figures): Figures {
  const { step_index, timestamp } = violation;
  return { violation_step_index: step_index, violation_timestamp: timestamp, violation_time: timestamp };
}

// What the record does not say, the bundle may know from the incident.
function policyFigures(violation: Figures): Figures {
  const { policy_id: violated_policy_id, policy_name: violated_policy_name, limit_id: violated_limit_id } = violation;
  const { violation_type, metric, threshold_value, actual_value, severity, reason, source, projected } = violation;
  const said = {
    ...{ violated_policy_id, violated_policy_name, violated_limit_id, violation_type, metric, threshold_value },
    ...{ actual_value, severity, reason, source, projected },
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

function snapshotFigures({ snapshot }: VerifiedRun): Figures {
  if (snapshot === null) return { policy_snapshot_id: null, snapshot_hash: null };
  const { snapshot_id, strategy } = snapshot.content;
  return { policy_snapshot_id: snapshot_id, snapshot_hash: writeHash(snapshot.hash), strategy };
}

function integrityFigures({ chain }: VerifiedRun): Figures {
  const { seal } = chain.ends;
  return {
    ...{ genesis_hash: writeHash(chain.genesisHash), records_checked: chain.seq, late_records: chain.addenda.size },
    ...(seal === null ? { seal_hash: null, sealed_at: null } : {}),
    ...(seal === null ? {} : { chain_root: writeHash(chain.close().root), seal_hash: writeHash(sealHash(seal)) }),
    ...(seal === null ? {} : { sealed_at: seal.ended_at }),
  };
}
