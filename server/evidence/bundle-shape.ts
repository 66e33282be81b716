// From JSON of anybody's making to the parts of a bundle. A member too many is refused like one too few: what no check looks at
// could say anything.
import {
  type Beside,
  type BundleHeader,
  type BundleProof,
  type BundleSnapshot,
  bundleFormats,
  type RecordSalts,
} from "./bundle-file";
import { type CanonicalObject, canonicalText, isPlainObject } from "./canonical";
import { readHash } from "./hash";
import type { KeyHistoryEntry } from "./key-history";
import { insist } from "./verdict";

type JsonObject = { readonly [member: string]: unknown };

const HEADER = ["bundle", "incident_timeline", "salts", "snapshot"] as const;
const PROOF = [
  ...["format", "bundle_hash", "genesis", "chain_root", "seal", "entries", "checkpoint"],
  ...["first_checkpoint_covering_seal", "key_history"],
];
const ENTRY = ["kind", "id", "hash", "at", "leaf_index", "inclusion"];
const KEY = ["fingerprint", "public_key", "active_from"];
const SALT = /^[0-9a-f]{32}$/;
const SEQ = /^[1-9]\d{0,15}$/;

/** The file's members but `records` and `proof`; `others` names what may stand beside them. */
export function readHeader(value: unknown, others: readonly string[]): BundleHeader {
  const file = objectOf(value, "the file");
  demandMembers(file, [...HEADER, ...others], "the file");
  return {
    bundle: objectOf(file.bundle, "bundle"),
    incident_timeline: listOf(file.incident_timeline, "incident_timeline").map((event) =>
      canonicalObject(event, "an event of incident_timeline"),
    ),
    salts: readSalts(file.salts),
    snapshot: file.snapshot === null ? null : readSnapshot(file.snapshot),
  };
}

/** The first line of version 2. */
export function readLinesHeader(value: unknown): BundleHeader {
  const line = objectOf(value, "the first line");
  demandMembers(line, ["bundle", "incident_timeline", "snapshot"], "the first line");
  const header = readHeader({ ...line, salts: {} }, []);
  insist(!Object.hasOwn(header.bundle, "steps"), "bundle.steps stand beside the records, not in the first line");
  return header;
}

/** What stands beside the record on a line of version 2. */
export function readBeside(line: JsonObject): Beside {
  const { record: _record, salts, step, ...others } = line;
  insist(Object.keys(others).length === 0, "a line has a member that means nothing");
  return {
    ...(salts === undefined ? {} : { salts: saltsOf(salts, "the salts beside a record") }),
    ...(step === undefined ? {} : { step: objectOf(step, "the step beside a record") }),
  };
}

export function readProof(value: unknown): BundleProof {
  const proof = objectOf(value, "proof");
  demandMembers(proof, PROOF, "proof");
  const format = bundleFormats.find((known) => known === proof.format);
  insist(format !== undefined, `the format is none of ${bundleFormats.join(", ")}`);
  const first = proof.first_checkpoint_covering_seal;
  return {
    format,
    bundle_hash: hashText(proof.bundle_hash, "proof.bundle_hash"),
    genesis: proof.genesis === null ? null : canonicalObject(proof.genesis, "proof.genesis"),
    chain_root: proof.chain_root === null ? null : hashText(proof.chain_root, "proof.chain_root"),
    seal: proof.seal === null ? null : canonicalObject(proof.seal, "proof.seal"),
    entries: listOf(proof.entries, "proof.entries").map(readEntry),
    checkpoint: textOf(proof.checkpoint, "proof.checkpoint"),
    first_checkpoint_covering_seal: first === null ? null : readFirstCheckpoint(first),
    key_history: listOf(proof.key_history, "proof.key_history").map(readKey),
  };
}

/** A value that has a canonical text, as an object. Throws NotCanonical when it has none. */
export function canonicalObject(value: unknown, where: string): CanonicalObject {
  const object = objectOf(value, where);
  canonicalText(asCanonical(object));
  return asCanonical(object);
}

export function objectOf(value: unknown, where: string): JsonObject {
  insist(isPlainObject(value), `${where} is not an object`);
  return value;
}

function readEntry(value: unknown, at: number): BundleProof["entries"][number] {
  const where = `entry ${at + 1} of proof.entries`;
  const entry = objectOf(value, where);
  demandMembers(entry, ENTRY, where);
  const { leaf_index } = entry;
  insist(typeof leaf_index === "number" && Number.isSafeInteger(leaf_index) && leaf_index >= 0, `${where}: leaf_index`);
  return {
    kind: textOf(entry.kind, `${where}: kind`),
    id: textOf(entry.id, `${where}: id`),
    hash: hashText(entry.hash, `${where}: hash`),
    at: textOf(entry.at, `${where}: at`),
    leaf_index,
    inclusion: listOf(entry.inclusion, `${where}: inclusion`).map((node) => hashText(node, `${where}: inclusion`)),
  };
}

function readFirstCheckpoint(value: unknown): BundleProof["first_checkpoint_covering_seal"] {
  const where = "proof.first_checkpoint_covering_seal";
  const first = objectOf(value, where);
  demandMembers(first, ["checkpoint", "consistency"], where);
  return {
    checkpoint: textOf(first.checkpoint, `${where}: checkpoint`),
    consistency: listOf(first.consistency, `${where}: consistency`).map((node) => hashText(node, where)),
  };
}

function readKey(value: unknown, at: number): KeyHistoryEntry {
  const where = `key ${at + 1} of proof.key_history`;
  const key = objectOf(value, where);
  const isFollower = Object.hasOwn(key, "predecessor");
  demandMembers(key, isFollower ? [...KEY, "predecessor", "endorsement"] : KEY, where);
  return {
    fingerprint: hashText(key.fingerprint, `${where}: fingerprint`),
    public_key: textOf(key.public_key, `${where}: public_key`),
    active_from: textOf(key.active_from, `${where}: active_from`),
    ...(isFollower ? { predecessor: hashText(key.predecessor, `${where}: predecessor`) } : {}),
    ...(isFollower ? { endorsement: textOf(key.endorsement, `${where}: endorsement`) } : {}),
  };
}

function readSnapshot(value: unknown): BundleSnapshot {
  const snapshot = objectOf(value, "snapshot");
  demandMembers(snapshot, ["content", "policy_set"], "snapshot");
  return {
    content: canonicalObject(snapshot.content, "snapshot.content"),
    policy_set: canonicalObject(snapshot.policy_set, "snapshot.policy_set"),
  };
}

function readSalts(value: unknown): BundleHeader["salts"] {
  const salts = objectOf(value, "salts");
  const read = Object.entries(salts).map(([seq, of]) => {
    insist(SEQ.test(seq), `salts: ${JSON.stringify(seq)} is no seq`);
    return [seq, saltsOf(of, `salts of seq ${seq}`)] as const;
  });
  return Object.fromEntries(read);
}

function saltsOf(value: unknown, where: string): RecordSalts {
  const { input_salt, output_salt, input, output, ...others } = objectOf(value, where);
  insist(Object.keys(others).length === 0, `${where} has members that mean nothing`);
  return {
    ...(input_salt === undefined ? {} : { input_salt: saltText(input_salt, where) }),
    ...(output_salt === undefined ? {} : { output_salt: saltText(output_salt, where) }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
  };
}

function demandMembers(object: JsonObject, names: readonly string[], where: string): void {
  const missing = names.find((name) => !Object.hasOwn(object, name));
  insist(missing === undefined, `${where} has no member ${missing}`);
  const extra = Object.keys(object).find((name) => !names.includes(name));
  insist(extra === undefined, `${where} has a member ${JSON.stringify(extra)} that means nothing`);
}

function listOf(value: unknown, where: string): readonly unknown[] {
  insist(Array.isArray(value), `${where} is not an array`);
  return value;
}

function textOf(value: unknown, where: string): string {
  insist(typeof value === "string", `${where} is not a text`);
  return value;
}

function hashText(value: unknown, where: string): string {
  const text = textOf(value, where);
  insist(readHash(text) !== null, `${where} is not a hash`);
  return text;
}

function saltText(value: unknown, where: string): string {
  const text = textOf(value, where);
  insist(SALT.test(text), `${where}: a salt is 16 bytes in hex`);
  return text;
}

// canonicalText judges every value it writes; what it wrote is canonical.
function asCanonical(value: JsonObject): CanonicalObject {
  return value as CanonicalObject;
}
