// What a verification of a file answers: one line for each thing that was looked at, in the order it matters.
import { NotCanonical } from "./canonical";
import { Finding } from "./finding";
import { MalformedRecord } from "./record";
import { AmbiguousJson, NotJson } from "./strict-json";

export type Check = { readonly name: CheckName; readonly ok: boolean; readonly detail: string };

export const checkNames = [
  "format",
  "pdf_seal",
  "bundle_hash",
  "snapshot",
  "chain",
  "seal",
  "commitments",
  "figures",
  "keys",
  "checkpoint",
  "inclusion",
  "first_checkpoint",
  "outside_checkpoint",
  "receipts",
] as const;
export type CheckName = (typeof checkNames)[number];

export type BundleVerdict = {
  readonly verified: boolean;
  /** `trusted`: the checkpoint is signed by one of the keys that were given. Otherwise the file agrees with itself, no more. */
  readonly signer: "trusted" | "unknown";
  readonly checks: readonly Check[];
  readonly first_failure: CheckName | null;
  /** False for a file that is no bundle at all. */
  readonly readable: boolean;
  /** Of the keys whose signatures over the checkpoint are good. */
  readonly fingerprints: readonly string[];
  readonly bundle_id: string | null;
};

/** Something in the file does not hold; the message says what, for a person. */
export class Discrepancy extends Error {
  override readonly name = "Discrepancy";
}

export function insist(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Discrepancy(what);
}

/** Runs checks one after the other; what one of them throws about the file becomes its result. */
export class CheckList {
  readonly #checks = new Map<CheckName, Check>();

  /** `work` says what it found good. Null when it did not hold. Errors that are not about the file pass through. */
  run<T>(name: CheckName, work: () => { detail: string; value: T }): T | null {
    try {
      const { detail, value } = work();
      if (!this.hasFailed(name)) this.#checks.set(name, { name, ok: true, detail });
      return value;
    } catch (error) {
      this.fail(name, error);
      return null;
    }
  }

  /** Rethrows what is not about the file. The first failure of a check stands. */
  fail(name: CheckName, error: unknown): void {
    if (!isAboutTheFile(error)) throw error;
    if (!this.hasFailed(name)) this.#checks.set(name, { name, ok: false, detail: error.message });
  }

  /** For a check that needs another one's result. */
  skip(name: CheckName, missing: string): void {
    this.#checks.set(name, { name, ok: false, detail: `could not be looked at: ${missing}` });
  }

  hasFailed(name: CheckName): boolean {
    return this.#checks.get(name)?.ok === false;
  }

  all(): Check[] {
    return checkNames.flatMap((name) => this.#checks.get(name) ?? []);
  }
}

function isAboutTheFile(error: unknown): error is Error {
  const isOurs = error instanceof Discrepancy || error instanceof Finding;
  const isText = error instanceof NotJson || error instanceof AmbiguousJson;
  return (
    isOurs || isText || error instanceof NotCanonical || error instanceof MalformedRecord || error instanceof RangeError
  );
}
