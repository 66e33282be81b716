// The file that leaves the house, and the one hash over what it says. Version 1 is hashed in the order of RFC 8785, in which
// the records come third; version 2, for very many records, is hashed line by line, so that nothing of it is ever held whole.
import type { Hash } from "node:crypto";
import { type CanonicalObject, jcs } from "./canonical";
import { hasherOf } from "./hash";
import type { KeyHistoryEntry } from "./key-history";

export const BUNDLE_FORMAT = "holdpoint-evidence/1";
/** JSON Lines in which a record's salts and its step stand beside it. */
export const LINES_FORMAT = "holdpoint-evidence/2";
export const bundleFormats = [BUNDLE_FORMAT, LINES_FORMAT] as const;
export type BundleFormat = (typeof bundleFormats)[number];
/** A bundle with more records is written as JSON Lines of version 2. */
export const MAX_RECORDS_IN_JSON = 50_000;

type JsonObject = { readonly [member: string]: unknown };

/** The policy snapshot: the two objects that `policy_snapshots.canonical` and `policy_sets.canonical` are the text of. */
export type BundleSnapshot = { readonly content: CanonicalObject; readonly policy_set: CanonicalObject };

/** What opens a record's commitments, while it is kept: salts in lower-case hex, and the payload as it was kept. */
export type RecordSalts = {
  readonly input_salt?: string;
  readonly output_salt?: string;
  readonly input?: unknown;
  readonly output?: unknown;
};

/** All of the file but records and proof: the first line of JSON Lines, where version 2 has neither salts nor steps. */
export type BundleHeader = {
  readonly bundle: JsonObject;
  /** Each event exactly as `incidentEventBytes` writes it, oldest first. */
  readonly incident_timeline: readonly CanonicalObject[];
  /** By the record's seq, in decimal digits. */
  readonly salts: { readonly [seq: string]: RecordSalts };
  /** Null for a run that was refused before it had one, and for an incident without a run. */
  readonly snapshot: BundleSnapshot | null;
};

/** Each record is exactly the object that `trace_records.canonical` is the text of, in the order of seq, addenda included. */
export type BundleContent = BundleHeader & { readonly records: readonly CanonicalObject[] };

/** A leaf of the tenant's log. Hashes are written; `at` and the bundle's tenant make the leaf whole. */
export type ProofEntry = {
  readonly kind: string;
  readonly id: string;
  readonly hash: string;
  readonly at: string;
  readonly leaf_index: number;
  /** From the leaf up, to the root of `checkpoint`. */
  readonly inclusion: readonly string[];
};

export type BundleProof = {
  readonly format: BundleFormat;
  readonly bundle_hash: string;
  /** The object that h_0 is the hash of; null without a run. */
  readonly genesis: CanonicalObject | null;
  /** h_count, written; null without a run. */
  readonly chain_root: string | null;
  /** `traces.seal`; null while the run is live, and without a run. */
  readonly seal: CanonicalObject | null;
  readonly entries: readonly ProofEntry[];
  /** Signed note. */
  readonly checkpoint: string;
  /** Null without a seal. `consistency` leads from its size to that of `checkpoint`. */
  readonly first_checkpoint_covering_seal: {
    readonly checkpoint: string;
    readonly consistency: readonly string[];
  } | null;
  /** Oldest first. */
  readonly key_history: readonly KeyHistoryEntry[];
};

export type BundleFile = BundleContent & { readonly proof: BundleProof };

/** What stands beside a record in version 2: what opens it, and the step that begins with it. */
export type Beside = { readonly salts?: RecordSalts; readonly step?: JsonObject };

/** A line of version 2, without its line feed. `canonical` is the record's canonical text. */
export function recordLine(canonical: string, { salts, step }: Beside): string {
  const opened = salts === undefined ? "" : `,"salts":${jcs(salts)}`;
  return `{"record":${canonical}${opened}${step === undefined ? "" : `,"step":${jcs(step)}`}}`;
}

/** H(bundle-lines, every line before the last, each with its line feed), a line at a time. */
export class LinesHasher {
  readonly #hash = hasherOf("bundle-lines");

  add(line: string): void {
    this.#hash.update(line).update("\n");
  }

  digest(): Buffer {
    return this.#hash.digest();
  }
}

/** H(bundle, client JSON of everything but `proof`), a record at a time. */
export class BundleHasher {
  readonly #header: BundleHeader;
  readonly #hash: Hash;
  #count = 0;

  constructor(header: BundleHeader) {
    this.#header = header;
    this.#hash = hasherOf("bundle")
      .update(`{"bundle":${jcs(header.bundle)}`)
      .update(`,"incident_timeline":${jcs(header.incident_timeline)},"records":[`);
  }

  /** `canonical` is the record's canonical text, as it is stored. */
  addRecord(canonical: Uint8Array | string): void {
    if (this.#count > 0) this.#hash.update(",");
    this.#hash.update(canonical);
    this.#count += 1;
  }

  digest(): Buffer {
    const { salts, snapshot } = this.#header;
    return this.#hash.update(`],"salts":${jcs(salts)},"snapshot":${jcs(snapshot)}}`).digest();
  }
}

/** The hash of a whole bundle; the same for the same content in JSON and in JSON Lines. */
export function bundleHash({ records, ...header }: BundleContent): Buffer {
  const hasher = new BundleHasher(header);
  for (const record of records) hasher.addRecord(jcs(record));
  return hasher.digest();
}
