// What somebody kept outside: checkpoints and receipts. They are what an operator who holds the key cannot take back.
import { hashesOf, isBeginning } from "./bundle-proof";
import { openCheckpoint, type PublicKey, type SignedCheckpoint, signersOf } from "./bundle-trust";
import { isPlainObject } from "./canonical";
import type { Checkpoint } from "./checkpoint";
import { writeHash } from "./hash";
import { type Receipt, readReceipt } from "./receipt";
import { openNote } from "./signed-note";
import { insist } from "./verdict";

/** A consistency proof, as the log answers it or beside its checkpoint; `from` and `to` are sizes. */
type Growth = { readonly from: number; readonly to: number; readonly path: readonly string[] };
type Witness = { readonly notes: readonly string[]; readonly growths: readonly Growth[] };

/**
 * What a file from outside holds: signed notes as they are, one after the other; JSON, also a value a line: texts, or objects
 * that hold a note in `checkpoint`, `note` or `receipt`; and consistency proofs `{ from, to, path }`.
 */
export function readWitness(text: string): Witness {
  const whole = parsed(text);
  const lines = text.split("\n");
  const values = whole === undefined ? lines.filter(isJsonLine).map(parsed) : [whole];
  const rest = whole === undefined ? lines.filter((line) => !isJsonLine(line)).join("\n") : "";
  const flat = values.flat();
  return { notes: [...notesIn(rest), ...flat.flatMap(noteOf)], growths: flat.flatMap(growthOf) };
}

/** Throws a Discrepancy unless the file's log and the log that was seen outside are one. Says where they were compared. */
export function verifyOutside(
  text: string,
  inside: { readonly tenantId: string; readonly known: readonly PublicKey[] },
  checkpoints: { readonly last: SignedCheckpoint; readonly first: SignedCheckpoint | null },
): string {
  const { last } = checkpoints;
  const { notes, growths } = readWitness(text);
  const own = notes.filter((note) => openNote(note)?.text.startsWith(`${last.origin}\n`) ?? false);
  insist(own.length > 0, `the outside file holds no checkpoint of ${last.origin}`);
  const of = { tenantId: inside.tenantId, keys: inside.known, what: "the outside checkpoint" };
  const seen = own.map((note) => openCheckpoint(note, of));
  for (const checkpoint of seen) demandGrowth(checkpoint, last);
  demandOneLog(seen);
  const compared = seen.filter((checkpoint) => isCompared(checkpoint, growths, checkpoints));
  insist(compared.length > 0, missingProof(seen[0]?.size ?? 0, last.size));
  const sizes = new Set(compared.map(({ size }) => size));
  const left = new Set(seen.map(({ size }) => size)).size - sizes.size;
  const more = left === 0 ? "" : `; nothing here compares it with ${left} other sizes that were seen`;
  return `the log is the one that was seen outside with ${[...sizes].join(", ")} leaves${more}`;
}

/** The receipts of one run, to be held against its chain as it comes by. */
export class Receipts {
  readonly #open = new Map<number, { receipt: Receipt; note: string }[]>();
  readonly #all: { receipt: Receipt; note: string }[] = [];
  #fault: string | null = null;

  constructor(text: string, runId: unknown) {
    for (const note of readWitness(text).notes) {
      const receipt = readReceipt(openNote(note)?.text ?? "");
      if (receipt === null) this.#fault ??= "the file holds something that is no receipt";
      else if (receipt.run_id === runId) this.#keep({ receipt, note });
    }
  }

  /** Told of every hash of the chain, the genesis as seq 0. */
  see(link: { readonly seq: number; readonly hash: Buffer; readonly recordedAt: string }): void {
    for (const { receipt } of this.#open.get(link.seq) ?? []) {
      const isSame = receipt.hash === writeHash(link.hash) && receipt.recorded_at === link.recordedAt;
      if (!isSame) this.#fault ??= `the receipt of seq ${link.seq} is for another record than the one in the file`;
    }
    this.#open.delete(link.seq);
  }

  /** Throws a Discrepancy unless there was a receipt of the run, each of them is signed, and its record was there. */
  finish(of: { readonly origin: string; readonly known: readonly PublicKey[] }): string {
    insist(this.#all.length > 0, "the file holds no receipt of this run");
    for (const { receipt, note } of this.#all) {
      const what = `the receipt of seq ${receipt.seq}`;
      insist(receipt.origin === of.origin, `${what} is of another log: ${receipt.origin}`);
      signersOf(note, { origin: of.origin, keys: of.known, what });
    }
    insist(this.#fault === null, this.#fault ?? "");
    const [missing] = [...this.#open.keys()].sort((one, other) => one - other);
    insist(missing === undefined, `the record of the receipt of seq ${missing} is missing`);
    return `${this.#all.length} receipts of this run, and every record they are for is in the chain`;
  }

  #keep(kept: { receipt: Receipt; note: string }): void {
    this.#all.push(kept);
    this.#open.set(kept.receipt.seq, [...(this.#open.get(kept.receipt.seq) ?? []), kept]);
  }
}

// A log only grows: what is larger is never older.
function demandGrowth(seen: Checkpoint, last: Checkpoint): void {
  const isOlder = seen.at < last.at;
  const shrank = isOlder ? seen.size > last.size : seen.at > last.at && seen.size < last.size;
  insist(!shrank, `the log had ${seen.size} leaves at ${seen.at} and ${last.size} at ${last.at}: it was rolled back`);
}

// Two roots of one size are two logs, whichever of them the file is of.
function demandOneLog(seen: readonly Checkpoint[]): void {
  const roots = new Map<number, Buffer>();
  for (const { size, root } of seen) {
    insist((roots.get(size) ?? root).equals(root), `two logs: with ${size} leaves, two roots were seen outside`);
    roots.set(size, root);
  }
}

// True when it is proven to be the same log, false when nothing here can prove it; throws when it is another.
function isCompared(
  seen: Checkpoint,
  growths: readonly Growth[],
  { last, first }: { readonly last: Checkpoint; readonly first: Checkpoint | null },
): boolean {
  const known = [last, first].find((one) => one?.size === seen.size) ?? null;
  if (known !== null) {
    insist(
      known.root.equals(seen.root),
      `two logs: with ${seen.size} leaves, one root outside and another in the file`,
    );
    return true;
  }
  const [from, to] = seen.size < last.size ? [seen, last] : [last, seen];
  const growth = growths.find((one) => one.from === from.size && one.to === to.size);
  if (growth === undefined) return false;
  const isProven = isBeginning(from, to, hashesOf(growth.path));
  insist(isProven, `the log with ${from.size} leaves is not shown to be the beginning of the one with ${to.size}`);
  return true;
}

function missingProof(seen: number, own: number): string {
  const [from, to] = seen < own ? [seen, own] : [own, seen];
  return (
    `nothing here compares a log of ${seen} leaves with one of ${own}: put the answer of ` +
    `/api/v1/log/consistency?from=${from}&to=${to} behind the checkpoint, on a line of its own`
  );
}

function noteOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (!isPlainObject(value)) return [];
  const note = value.checkpoint ?? value.note ?? value.receipt;
  return typeof note === "string" ? [note] : [];
}

function growthOf(value: unknown): Growth[] {
  if (!isPlainObject(value)) return [];
  const { from, to, path } = value;
  const isPath = Array.isArray(path) && path.every((hash) => typeof hash === "string");
  return typeof from === "number" && typeof to === "number" && isPath ? [{ from, to, path }] : [];
}

function isJsonLine(line: string): boolean {
  return /^\s*["[{]/.test(line);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// Where a signature line ends and no other follows, a note ends.
function notesIn(text: string): string[] {
  if (text.trim() === "") return [];
  return `${text.trimEnd()}\n`.split(/(?<=\n— [^\n]*\n)\n*(?!— )(?=.)/u);
}
