// What the bundle says about its run, held against what the records say. Only what follows from the file itself is looked
// at; a member that the bundle does not have is not called for.
import type { BundleChain, StepEvidence } from "./bundle-chain";
import { type CanonicalObject, isPlainObject, jcs } from "./canonical";
import { outstanding } from "./fold";
import { writeHash } from "./hash";
import { sealHash } from "./seal";
import { insist } from "./verdict";

type Figures = { readonly [member: string]: unknown };

const UNITS_PER_CENT = 10_000;

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
  return compared;
}

function compare(shown: unknown, expected: Figures, where: string): number {
  if (!isPlainObject(shown)) return 0;
  const names = Object.keys(expected).filter((name) => Object.hasOwn(shown, name));
  for (const name of names) {
    const isSame = jcs(shown[name]) === jcs(expected[name]);
    insist(isSame, `${where}.${name} is ${shortText(shown[name])}, but the records say ${shortText(expected[name])}`);
  }
  return names.length;
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

function verifySteps(steps: unknown, chain: BundleChain): number {
  insist(
    Array.isArray(steps) && steps.length === chain.steps.size,
    "bundle.steps has more or fewer steps than the run",
  );
  const inflection = chain.fold.violation?.step_index;
  let compared = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const step of steps) {
    insist(isPlainObject(step) && typeof step.step_index === "number", "a step of the bundle has no index");
    const found = chain.steps.get(step.step_index);
    insist(found !== undefined && step.step_index > last, `bundle.steps is not in the order of the run's steps`);
    last = step.step_index;
    const expected = stepFigures(found, chain, found.view.step_index === inflection);
    compared += compare(step, expected, `step ${step.step_index}`);
    verifyCommitments(step, found);
  }
  return compared;
}

function stepFigures({ view, seqs, hash }: StepEvidence, chain: BundleChain, isInflection: boolean): Figures {
  const [input, output] = [view.input_tokens ?? null, view.output_tokens ?? null];
  const isOpen = view.state === "open" || view.state === "lapsed";
  const startedAt = Date.parse(String(chain.ends.genesis.started_at));
  return {
    ...{ timestamp: view.recorded_at, step_type: view.step_type, action: view.action },
    ...{ state: chain.ends.seal !== null && isOpen ? "presumed" : view.state },
    ...{
      tokens: input === null || output === null ? null : input + output,
      input_tokens: input,
      output_tokens: output,
    },
    ...{
      cost_cents: view.cost_units === undefined ? null : cents(view.cost_units),
      cost_source: view.cost_source ?? null,
    },
    ...{ duration_ms: view.duration_ms ?? null, is_inflection: isInflection, content_hash: writeHash(hash) },
    ...{ status: verdictOf(view, isInflection), skill: view.skill ?? null, model: view.model ?? null, records: seqs },
    estimated_tokens: view.estimate.input_tokens + view.estimate.output_tokens,
    estimated_cost_cents: cents(view.estimate.cost_units),
    offset_ms: Date.parse(view.recorded_at) - startedAt,
    ...{ settled_at: view.settled_at ?? null, claimed_started_at: view.started_at ?? null },
  };
}

// As the console shows it: the step that broke policy, one that was blocked, and the record that says so.
function verdictOf(view: StepEvidence["view"], isInflection: boolean): string {
  if (isInflection || view.step_type === "violation") return "violation";
  if (view.step_type === "stopped") return "ok";
  if (view.action === "block") return "violation";
  return view.action === "warn" ? "warning" : "ok";
}

// A step's records may each promise something; the bundle shows one of the promises.
function verifyCommitments(step: Figures, { commitments }: StepEvidence): void {
  for (const name of ["input_commit", "output_commit", "stored_commit"] as const) {
    const promised = commitments.map((one) => one[name]).filter((commit) => commit !== undefined);
    const shown = step[name] ?? null;
    const isSame = shown === null ? promised.length === 0 : promised.some((commit) => commit === shown);
    insist(isSame || !Object.hasOwn(step, name), `step ${step.step_index}.${name} is not what a record of it promised`);
  }
}

function cents(units: number): number {
  return units / UNITS_PER_CENT;
}

function shortText(value: unknown): string {
  const text = jcs(value ?? null);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
