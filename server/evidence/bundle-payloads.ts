// The payloads that a file still has, held against what their records promised when they came.
import type { BundleHeader, RecordSalts } from "./bundle-file";
import { isPlainObject } from "./canonical";
import { commitTo, commitToStored } from "./commitment";
import type { EvidenceRecord } from "./record";
import { insist } from "./verdict";

type Promises = { readonly [name: string]: unknown };

export class OpenedPayloads {
  /** Payloads whose commitment fits what is kept, and of these the parts that are there as they were sent. */
  opened = 0;
  asSent = 0;
  readonly #salts: BundleHeader["salts"];
  readonly #unread: Set<string>;
  #fault: Error | null = null;

  constructor(salts: BundleHeader["salts"]) {
    this.#salts = salts;
    this.#unread = new Set(Object.keys(salts));
  }

  /**
   * Opens a record with the salts of the header, or with those `beside` it. Notes what is wrong rather than throwing: the
   * chain holds without its payloads.
   */
  open(record: EvidenceRecord, beside?: RecordSalts): void {
    const seq = String(record.seq);
    const salts = this.#unread.delete(seq) ? this.#salts[seq] : beside;
    if (salts === undefined) return;
    try {
      this.#open(salts, promisesOf(record), `seq ${seq}`);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#fault ??= error;
    }
  }

  /** Throws the first thing that was wrong. */
  finish(): void {
    if (this.#fault !== null) throw this.#fault;
    const [left] = this.#unread;
    insist(left === undefined, `there are salts for seq ${left}, but no such record`);
  }

  #open(salts: RecordSalts, promises: Promises, at: string): void {
    const [inputSalt, outputSalt] = [bytesOf(salts.input_salt), bytesOf(salts.output_salt)];
    insist(
      inputSalt === null || promises.input_commit !== undefined,
      `${at} has a salt for an input it never promised`,
    );
    insist(
      outputSalt === null || promises.output_commit !== undefined,
      `${at} has a salt for an output it never promised`,
    );
    const { input, output } = salts;
    if (input === undefined && output === undefined) return;
    const salt = inputSalt ?? outputSalt;
    insist(salt !== null, `${at} has a payload without a salt`);
    const kept = { ...(input === undefined ? {} : { input }), ...(output === undefined ? {} : { output }) };
    insist(commitToStored(kept, salt) === promises.stored_commit, `the payload of ${at} is not the one it promised`);
    this.opened += 1;
    if (input !== undefined && inputSalt && commitTo(input, inputSalt) === promises.input_commit) this.asSent += 1;
    if (output !== undefined && outputSalt && commitTo(output, outputSalt) === promises.output_commit) this.asSent += 1;
  }
}

function promisesOf({ body }: EvidenceRecord): Promises {
  const commitments: unknown = body.commitments;
  return isPlainObject(commitments) ? commitments : {};
}

function bytesOf(hex: string | undefined): Buffer | null {
  return hex === undefined ? null : Buffer.from(hex, "hex");
}
