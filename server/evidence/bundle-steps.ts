// The steps that a bundle lists, held against what the run's records say of each: all at the end where the bundle lists them
// itself, and each as soon as its last record has come where it stands beside its first one.
import type { BundleChain, ChainEnds } from "./bundle-chain";
import { isPlainObject } from "./canonical";
import { cents, compare, type Figures } from "./figure-comparison";
import type { StepView } from "./fold";
import { writeHash } from "./hash";
import type { EvidenceRecord, StepCommitments } from "./record";
import { insist } from "./verdict";

/** One step with what its records say beside the view. */
export type StepEvidence = {
  readonly view: StepView;
  readonly seqs: number[];
  /** Of its newest record. */
  hash: Buffer;
  /** What each of its records promised. */
  readonly commitments: StepCommitments[];
};

/** Kinds that a step begins with. */
const FIRST_OF_STEP = new Set(["admission", "report", "violation", "stopped"]);

export function beginsStep({ kind, step_index }: EvidenceRecord): boolean {
  return step_index !== undefined && FIRST_OF_STEP.has(kind);
}

/** What is known of a step with one record more. */
export function withRecord(
  known: StepEvidence | undefined,
  { record, view, hash }: { record: EvidenceRecord; view: StepView; hash: Buffer },
): StepEvidence {
  const commitments: StepCommitments = Object(record.body.commitments ?? {});
  if (known === undefined) return { view, seqs: [record.seq], hash, commitments: [commitments] };
  known.seqs.push(record.seq);
  known.commitments.push(commitments);
  return { ...known, view, hash };
}

/** Steps beside the records that they begin with. Held are those that are open, however many there are. */
export class StepsBeside {
  readonly #ends: ChainEnds;
  readonly #inflection: unknown;
  readonly #open = new Map<number, { step: Figures; evidence: StepEvidence | undefined }>();
  #listed = 0;
  #unlisted = 0;
  #compared = 0;
  #fault: Error | null = null;

  constructor(ends: ChainEnds) {
    this.#ends = ends;
    const violation: unknown = ends.seal?.violation;
    this.#inflection = isPlainObject(violation) ? violation.step_index : undefined;
  }

  /** A record of the chain; `step` is what stands beside it. Notes what is wrong rather than throwing. */
  see(record: EvidenceRecord, step: Figures | undefined): void {
    if (beginsStep(record)) {
      if (step === undefined) this.#unlisted += 1;
      else this.#list(record, step);
    } else if (step !== undefined) {
      this.#note(() => insist(false, `a step stands beside seq ${record.seq}, which begins none`));
    }
  }

  /** What the chain makes of the same record. `isOver`: no other record of the step can follow. */
  fold(made: { record: EvidenceRecord; view: StepView; hash: Buffer }, isOver: boolean): void {
    const { step_index } = made.view;
    const open = this.#open.get(step_index);
    if (open === undefined) return;
    open.evidence = withRecord(open.evidence, made);
    if (!isOver) return;
    this.#open.delete(step_index);
    this.#compare(open.step, open.evidence);
  }

  /** Returns how many figures were compared. Throws the first thing that was wrong. */
  finish(): number {
    for (const { step, evidence } of this.#open.values()) this.#compare(step, evidence);
    this.#open.clear();
    if (this.#fault !== null) throw this.#fault;
    insist(this.#listed === 0 || this.#unlisted === 0, `${this.#unlisted} steps of the run are not listed, others are`);
    return this.#compared;
  }

  #list(record: EvidenceRecord, step: Figures): void {
    const index = record.step_index ?? 0;
    this.#listed += 1;
    this.#note(() => {
      insist(step.step_index === index, `beside seq ${record.seq} stands another step than its own`);
      insist(!this.#open.has(index), `step ${index} is listed twice`);
    });
    this.#open.set(index, { step, evidence: undefined });
  }

  #compare(step: Figures, evidence: StepEvidence | undefined): void {
    this.#note(() => {
      insist(evidence !== undefined, "a step is listed that no record is about");
      const of = { ends: this.#ends, isInflection: evidence.view.step_index === this.#inflection };
      this.#compared += verifyStep(step, evidence, of);
    });
  }

  #note(work: () => void): void {
    if (this.#fault !== null) return;
    try {
      work();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#fault = error;
    }
  }
}

/** Holds `bundle.steps` against the chain; returns how many figures were compared. Throws a Discrepancy. */
export function verifySteps(steps: unknown, chain: BundleChain): number {
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
    compared += verifyStep(step, found, { ends: chain.ends, isInflection: found.view.step_index === inflection });
  }
  return compared;
}

type Place = { readonly ends: ChainEnds; readonly isInflection: boolean };

function verifyStep(step: Figures, found: StepEvidence, place: Place): number {
  const compared = compare(step, stepFigures(found, place), `step ${found.view.step_index}`);
  verifyCommitments(step, found);
  return compared;
}

function stepFigures({ view, seqs, hash }: StepEvidence, { ends, isInflection }: Place): Figures {
  const [input, output] = [view.input_tokens ?? null, view.output_tokens ?? null];
  const isOpen = view.state === "open" || view.state === "lapsed";
  const startedAt = Date.parse(String(ends.genesis.started_at));
  return {
    ...{ timestamp: view.recorded_at, step_type: view.step_type, action: view.action },
    ...{ state: ends.seal !== null && isOpen ? "presumed" : view.state },
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
function verdictOf(view: StepView, isInflection: boolean): string {
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
