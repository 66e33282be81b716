// The run's chain, computed again from the records of a file as they come by. Nothing is kept but what later checks ask for.
import type { Beside, BundleHeader } from "./bundle-file";
import { OpenedPayloads } from "./bundle-payloads";
import type { ReadRecord } from "./bundle-record";
import { beginsStep, type StepEvidence, StepsBeside, withRecord } from "./bundle-steps";
import { type CanonicalObject, type CanonicalValue, canonicalText } from "./canonical";
import { addendumHash, recordHash } from "./chain";
import { emptyFold, foldRecord, type RunFold, type StepView } from "./fold";
import { H, readHash, writeHash } from "./hash";
import type { EvidenceRecord } from "./record";
import { type OpenAdmission, openAdmissionsOf, sealHash, sealOf } from "./seal";
import { Discrepancy, insist } from "./verdict";

/** What a run's evidence begins and ends with. */
export type ChainEnds = { readonly genesis: CanonicalObject; readonly seal: CanonicalObject | null };

/** The chain without its addenda. */
export type ClosedChain = { readonly root: Buffer; readonly count: number; readonly open: readonly OpenAdmission[] };

/** Told of every hash of the chain, the genesis as seq 0. */
export type ChainListener = (link: { seq: number; hash: Buffer; recordedAt: string }) => void;

const GENESIS = ["engine", "run_id", "started_at", "tenant_id", "trace_id", "v"];

export class BundleChain {
  readonly fold: RunFold = emptyFold();
  readonly ends: ChainEnds;
  readonly genesisHash: Buffer;
  /** a_i by seq. */
  readonly addenda = new Map<number, Buffer>();
  /** Only when the header lists the steps: else a million records would be held for nothing. */
  readonly steps = new Map<number, StepEvidence>();
  readonly stepsBeside: StepsBeside;
  readonly payloads: OpenedPayloads;
  seq = 0;
  stepCount = 0;
  /** Some usage came without a price. */
  isUnpriced = false;
  #head: Buffer;
  #closed: ClosedChain | null = null;
  readonly #keepsSteps: boolean;
  readonly #listener: ChainListener;

  constructor(header: BundleHeader, ends: ChainEnds, listener: ChainListener) {
    this.ends = ends;
    this.payloads = new OpenedPayloads(header.salts);
    this.stepsBeside = new StepsBeside(ends);
    this.genesisHash = H("genesis", canonicalText(ends.genesis));
    this.#head = this.genesisHash;
    this.#keepsSteps = Array.isArray(header.bundle.steps) && header.bundle.steps.length > 0;
    this.#listener = listener;
    listener({ seq: 0, hash: this.#head, recordedAt: String(ends.genesis.started_at) });
  }

  /** `beside`: what stands with the record in version 2. Throws MalformedRecord or Discrepancy. */
  add({ record, bytes }: ReadRecord, beside: Beside = {}): void {
    const { genesis } = this.ends;
    const seq = this.seq + 1;
    if (record.seq !== seq) throw new Discrepancy(`where seq ${seq} should stand, there is seq ${record.seq}`);
    const isOwn = record.tenant_id === genesis.tenant_id && record.run_id === genesis.run_id;
    if (!isOwn) throw new Discrepancy(`seq ${seq} belongs to another run`);
    const isLate = record.kind === "late";
    if (isLate) this.#passSeal();
    const hash = isLate ? addendumHash(this.#head, bytes) : recordHash(this.#head, bytes);
    const settled = foldRecord(this.fold, record);
    this.#head = hash;
    this.seq = seq;
    if (isLate) this.addenda.set(record.seq, hash);
    if (settled?.cost_source === "unpriced") this.isUnpriced = true;
    this.payloads.open(record, beside.salts);
    this.stepsBeside.see(record, beside.step);
    this.#noteStep(record, settled, hash);
    this.#listener({ seq: record.seq, hash, recordedAt: record.recorded_at });
  }

  /** The chain up to the seal; nothing but addenda may follow. */
  close(): ClosedChain {
    this.#closed ??= { root: this.#head, count: this.seq, open: openAdmissionsOf(this.fold) };
    return this.#closed;
  }

  // The first addendum closes the chain: it hangs on the seal, as all after it do.
  #passSeal(): void {
    if (this.#closed !== null) return;
    if (this.ends.seal === null)
      throw new Discrepancy(`seq ${this.seq + 1} came after the end of a run that has no seal`);
    this.close();
    this.#head = sealHash(this.ends.seal);
  }

  #noteStep(record: EvidenceRecord, settled: StepView | null, hash: Buffer): void {
    const index = record.step_index;
    if (index === undefined) return;
    if (beginsStep(record)) this.stepCount += 1;
    const view = settled ?? this.fold.unsettled.get(index);
    if (view === undefined) return;
    if (this.#keepsSteps) this.steps.set(index, withRecord(this.steps.get(index), { record, view, hash }));
    else this.stepsBeside.fold({ record, view, hash }, view.state === "settled" || view.state === "late");
  }
}

/** Throws a Discrepancy unless the genesis is one and names this snapshot; null: a run that was refused before it had one. */
export function verifyGenesis(genesis: CanonicalObject, snapshotHash: Buffer | null): void {
  const members = snapshotHash === null ? GENESIS : [...GENESIS, "snapshot_hash"];
  const isOne = Object.keys(genesis).sort().join() === [...members].sort().join() && genesis.v === 1;
  insist(isOne, "the genesis has other members than a genesis has");
  const named = snapshotHash === null ? undefined : writeHash(snapshotHash);
  insist(genesis.snapshot_hash === named, "the chain begins with the hash of another snapshot");
}

/** Throws a Discrepancy unless the seal says what the records add up to. */
export function verifyBundleSeal(chain: BundleChain, seal: CanonicalObject): void {
  const { fold, ends } = chain;
  const { root, count, open } = chain.close();
  const { genesis } = ends;
  insist(fold.end !== null || count === 0, "the last record of the chain does not end the run");
  // A run without a record ended as the seal says, whose hash stands in the log.
  const end = fold.end ?? seal;
  const stoppedAtStep = end.stopped_at_step ?? null;
  insist(stoppedAtStep === null || typeof stoppedAtStep === "number", "stopped_at_step is no number");
  const expected: CanonicalObject = sealOf({
    tenantId: textMember(genesis, "tenant_id"),
    runId: textMember(genesis, "run_id"),
    traceId: textMember(genesis, "trace_id"),
    snapshotHash: genesis.snapshot_hash === undefined ? null : readHash(textMember(genesis, "snapshot_hash")),
    root,
    count,
    totals: fold.totals,
    status: textMember(end, "status"),
    terminationReason: textMember(end, "termination_reason"),
    stoppedAtStep,
    violation: fold.violation,
    startedAt: new Date(textMember(genesis, "started_at")),
    endedAt: new Date(textMember(seal, "ended_at")),
    openAdmissions: open,
  });
  for (const member of new Set([...Object.keys(expected), ...Object.keys(seal)])) {
    const isSame = textOf(expected[member]) === textOf(seal[member]);
    insist(isSame, `the seal's ${member} is not what the records say`);
  }
}

function textMember(object: CanonicalObject, name: string): string {
  const value = object[name];
  insist(typeof value === "string", `${name} is not a text`);
  return value;
}

function textOf(value: CanonicalValue | undefined): string | undefined {
  return value === undefined ? undefined : canonicalText(value);
}
