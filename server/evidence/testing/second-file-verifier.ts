// The second verifier's other half: §13 to §17 of docs/evidence-format.md, written from that document alone. It shares no code
// with the first one, reads everything into memory and knows one answer: does it hold or not. It reads JSON with JSON.parse,
// so what makes a text ambiguous is not its matter, and it looks at fewer figures.
import { createHash, createPublicKey, verify } from "node:crypto";
import { canonical } from "./second-canonical";

export type Json = null | string | number | boolean | Json[] | { [member: string]: Json };
export type Members = { [member: string]: Json };
type Key = { name: string; raw: Buffer };

/** The hash of a printed vector, from its parts. */
export function vectorHash(vector: {
  kind: string;
  previous?: string;
  salt?: string;
  status?: string;
  entry?: string;
  text: string;
}): string {
  const parts = [
    vector.previous === undefined ? "" : raw(vector.previous),
    vector.salt === undefined ? "" : Buffer.from(vector.salt, "hex"),
    vector.status === undefined ? "" : `${vector.status}\n`,
    vector.entry === undefined ? "" : raw(vector.entry),
    vector.text,
    vector.kind === "bundle-lines" ? "\n" : "",
  ];
  return H(vector.kind, ...parts);
}

/** RFC 9162 §2.1.1, as it is written there. */
export function treeRoot(leafHashes: readonly Buffer[]): Buffer {
  const [only] = leafHashes;
  if (only === undefined) return sha();
  if (leafHashes.length === 1) return only;
  const left = largestPowerBelow(leafHashes.length);
  return node(treeRoot(leafHashes.slice(0, left)), treeRoot(leafHashes.slice(left)));
}

export function hashOfLeaf(leaf: Uint8Array | string): Buffer {
  return sha(Buffer.of(0), Buffer.from(leaf));
}

/** Rebuilds the root from the path, split by split from the top; null for a path of another length. */
export function rootByInclusion(leaf: Buffer, index: number, size: number, path: readonly string[]): Buffer | null {
  if (size === 1) return path.length === 0 ? leaf : null;
  const top = path.at(-1);
  if (top === undefined) return null;
  const left = largestPowerBelow(size);
  const rest = path.slice(0, -1);
  const below =
    index < left ? rootByInclusion(leaf, index, left, rest) : rootByInclusion(leaf, index - left, size - left, rest);
  if (below === null) return null;
  return index < left ? node(below, raw(top)) : node(raw(top), below);
}

/** RFC 9162 §2.1.4.1 read backwards: the roots of both sizes that a path stands for, given the old root. */
export function rootsByConsistency(
  old: Buffer,
  { from, to, path, isWhole }: { from: number; to: number; path: readonly string[]; isWhole: boolean },
): { old: Buffer; now: Buffer } | null {
  if (from === to) {
    if (isWhole) return path.length === 0 ? { old, now: old } : null;
    return path.length === 1 ? { old: raw(path[0] ?? ""), now: raw(path[0] ?? "") } : null;
  }
  const top = path.at(-1);
  if (top === undefined) return null;
  const left = largestPowerBelow(to);
  const rest = path.slice(0, -1);
  if (from <= left) {
    const below = rootsByConsistency(old, { from, to: left, path: rest, isWhole });
    return below && { old: below.old, now: node(below.now, raw(top)) };
  }
  const below = rootsByConsistency(old, { from: from - left, to: to - left, path: rest, isWhole: false });
  return below && { old: node(raw(top), below.old), now: node(raw(top), below.now) };
}

/** §14: the text of a note that is good, null for any other. */
export function textOfNote(note: string, keys: readonly Key[]): string | null {
  const gap = note.indexOf("\n\n");
  const text = note.slice(0, gap + 1);
  const lines = note.slice(gap + 2).split("\n");
  if (gap < 0 || lines.pop() !== "" || lines.length === 0) return null;
  return lines.every((line) => keys.some((key) => isLineOf(line, text, key))) ? text : null;
}

/** Does the file hold? `file` is its JSON. */
export function fileHolds(text: string): boolean {
  try {
    return check(JSON.parse(text));
  } catch {
    return false;
  }
}

function check(file: Members): boolean {
  const { proof, ...content } = file;
  const of = members(proof);
  must(of.format === "holdpoint-evidence/1");
  must(H("bundle", clientJson(content)) === of.bundle_hash);
  return checkContent(content, of);
}

/** All that both versions have in common. */
export function checkContent(content: Members, of: Members): boolean {
  const { bundle, records, snapshot, incident_timeline: timeline } = content;
  const about = members(bundle);
  must(Object.keys(content).sort().join() === "bundle,incident_timeline,records,salts,snapshot");
  must(Object.keys(of).length === 9);
  const leaves = [`bundle ${about.bundle_id} ${of.bundle_hash}`];
  let snapshotHash: string | undefined;
  if (snapshot !== null) {
    const frozen = members(members(snapshot).content);
    must(H("policy-set", canonical(members(snapshot).policy_set)) === frozen.policy_set_hash);
    must(frozen.tenant_id === about.tenant_id && frozen.run_id === about.run_id);
    snapshotHash = H("snapshot", canonical(frozen));
    leaves.push(`snapshot ${frozen.snapshot_id} ${snapshotHash}`);
  }
  leaves.push(...checkRun(about, of, { records: list(records).map(members), snapshotHash }));
  checkSalts(list(records).map(members), members(content.salts));
  const events = list(timeline).map(members);
  must(new Set(events.map(({ id }) => id)).size === events.length);
  for (const event of events) {
    must(event.tenant_id === about.tenant_id && event.incident_id === (about.incident_id ?? event.incident_id));
    leaves.push(`incident_event ${event.id} ${H("incident-event", canonical(event))}`);
  }
  checkLog(about, of, leaves);
  return true;
}

function checkRun(
  about: Members,
  proof: Members,
  run: { records: Members[]; snapshotHash: string | undefined },
): string[] {
  if (proof.genesis === null) {
    must(
      run.records.length === 0 && (about.run_id ?? null) === null && proof.seal === null && proof.chain_root === null,
    );
    return [];
  }
  const genesis = members(proof.genesis);
  must(genesis.tenant_id === about.tenant_id && genesis.run_id === about.run_id && genesis.v === 1);
  must(genesis.snapshot_hash === run.snapshotHash && Object.keys(genesis).length === (run.snapshotHash ? 7 : 6));
  const chain = run.records.filter(({ kind }) => kind !== "late");
  const late = run.records.slice(chain.length);
  must(late.every(({ kind }) => kind === "late"));
  run.records.forEach((record, at) => {
    must(record.seq === at + 1 && record.v === 1);
    must(record.tenant_id === genesis.tenant_id && record.run_id === genesis.run_id);
  });
  let head = H("genesis", canonical(genesis));
  for (const record of chain) head = H("record", raw(head), canonical(record));
  must(head === proof.chain_root);
  if (proof.seal === null) {
    must(late.length === 0 && !chain.some(({ kind }) => kind === "stopped" || kind === "end"));
    return [];
  }
  const seal = members(proof.seal);
  checkSeal(seal, genesis, { chain, root: head });
  head = H("seal", canonical(seal));
  must(about.content_hash === undefined || about.content_hash === head);
  const leaves = [`seal ${genesis.run_id} ${head}`];
  for (const record of late) {
    head = H("addendum", raw(head), canonical(record));
    leaves.push(`addendum ${genesis.run_id}/${record.seq} ${head}`);
  }
  checkFigures(about, seal, run.records);
  return leaves;
}

function checkSeal(seal: Members, genesis: Members, { chain, root }: { chain: Members[]; root: string }): void {
  const end = chain.length === 0 ? seal : members(members(chain.at(-1)?.body ?? null).end ?? null);
  const used = chain.filter(({ kind }) => kind === "report" || kind === "result").map((one) => usageOf(one));
  const settled = new Set(chain.filter(({ kind }) => kind === "result").map((one) => one.step_index));
  const open = chain.filter((one) => {
    if (one.kind !== "admission" || settled.has(one.step_index ?? null)) return false;
    return members(members(one.body).decision).action !== "block";
  });
  open.sort((one, other) => Number(one.step_index) - Number(other.step_index));
  const estimates = open.map((one) => members(members(one.body).estimate));
  const violation = chain.find(({ kind }) => kind === "violation");
  const { engine: _, ...about } = genesis;
  const wanted = {
    ...about,
    ...{ root, count: chain.length, ended_at: seal.ended_at, status: end.status },
    ...{ termination_reason: end.termination_reason, stopped_at_step: end.stopped_at_step },
    violation: violation && members(violation.body).violation,
    open_admissions: open.map(({ step_index, step_id }, at) => ({ step_index, step_id, estimate: estimates[at] })),
    totals: {
      ...{ input_tokens: sum(used, "input_tokens"), output_tokens: sum(used, "output_tokens") },
      ...{ cost_units: sum(used, "cost_units"), steps: used.length },
      presumed_tokens: sum(estimates, "input_tokens") + sum(estimates, "output_tokens"),
      presumed_cost_units: sum(estimates, "cost_units"),
    },
  };
  must(canonical(seal) === canonical(wanted));
}

function checkFigures(about: Members, seal: Members, records: Members[]): void {
  const used = records
    .filter(({ kind }) => ["report", "result", "late"].includes(String(kind)))
    .map((one) => usageOf(one));
  const steps = new Set(records.map((one) => one.step_index).filter((index) => index !== undefined));
  const wanted: Members = {
    ...{ run_status: seal.status ?? null, run_completed_at: seal.ended_at ?? null },
    ...{ termination_reason: seal.termination_reason ?? null, stopped_at_step: seal.stopped_at_step ?? null },
    ...{ total_steps: steps.size, steps_completed: used.length },
    total_tokens: sum(used, "input_tokens") + sum(used, "output_tokens"),
  };
  if (seal.violation !== undefined) wanted.violation_step_index = members(seal.violation).step_index ?? null;
  for (const [name, value] of Object.entries(wanted)) must(about[name] === undefined || about[name] === value);
}

function checkSalts(records: Members[], salts: Members): void {
  for (const [seq, value] of Object.entries(salts)) {
    const { input_salt, output_salt, ...kept } = members(value);
    const record = records.find((one) => String(one.seq) === seq);
    const promised = members(members(record?.body ?? null).commitments ?? {});
    must(input_salt === undefined || promised.input_commit !== undefined);
    must(output_salt === undefined || promised.output_commit !== undefined);
    if (Object.keys(kept).length === 0) continue;
    must(Object.keys(kept).every((name) => name === "input" || name === "output"));
    const salt = Buffer.from(String(input_salt ?? output_salt), "hex");
    must(H("stored", salt, clientJson(kept)) === promised.stored_commit);
  }
}

function checkLog(about: Members, proof: Members, leaves: string[]): void {
  const history = list(proof.key_history).map(members);
  checkKeys(history);
  const origin = String(proof.checkpoint).split("\n")[0] ?? "";
  must(/^holdpoint\/[0-9a-f-]{36}\/[0-9a-f-]{36}$/.test(origin) && origin.endsWith(`/${about.tenant_id}`));
  const keys = history.map((key) => ({ name: origin, raw: Buffer.from(String(key.public_key), "hex") }));
  const last = checkpointOf(String(proof.checkpoint), keys, origin);
  const named = history.map((key) => `key ${key.fingerprint} ${H("key", statementOf(key))}`);
  const own = ["bundle", "snapshot", "seal", "addendum", "incident_event", "key"];
  const entries = list(proof.entries).map(members);
  const shown = entries.filter(({ kind }) => own.includes(String(kind)));
  const texts = shown.map(({ kind, id, hash }) => `${kind} ${id} ${hash}`);
  must(texts.sort().join("\n") === [...leaves, ...named].sort().join("\n"));
  must(new Set(entries.map((entry) => entry.leaf_index)).size === entries.length);
  for (const { kind, id, hash, at, leaf_index, inclusion, ...others } of entries) {
    must(Object.keys(others).length === 0 && Number.isInteger(leaf_index));
    must(Number(leaf_index) >= 0 && Number(leaf_index) < last.size);
    const leaf = hashOfLeaf(canonical({ at, hash, id, kind, tenant_id: about.tenant_id, v: 1 }));
    const root = rootByInclusion(leaf, Number(leaf_index), last.size, list(inclusion).map(String));
    must(root?.equals(last.root) === true);
  }
  if (proof.seal === null) {
    must(proof.first_checkpoint_covering_seal === null);
    return;
  }
  const { checkpoint, consistency, ...more } = members(proof.first_checkpoint_covering_seal);
  must(Object.keys(more).length === 0);
  const first = checkpointOf(String(checkpoint), keys, origin);
  const seal = entries.find(({ kind }) => kind === "seal");
  must(Number(seal?.leaf_index) < first.size && first.at <= last.at && first.size <= last.size);
  const shape = { from: first.size, to: last.size, path: list(consistency).map(String), isWhole: true };
  const roots = rootsByConsistency(first.root, shape);
  must(roots?.old.equals(first.root) === true && roots.now.equals(last.root));
}

function checkKeys(history: Members[]): void {
  must(history.length > 0);
  history.forEach((key, at) => {
    const bytes = Buffer.from(String(key.public_key), "hex");
    must(
      bytes.length === 32 &&
        bytes.toString("hex") === key.public_key &&
        key.fingerprint === `sha256:${sha(bytes).toString("hex")}`,
    );
    const before = history[at - 1];
    must(Object.keys(key).length === (before === undefined ? 3 : 5));
    if (before === undefined) return;
    const signed = Buffer.concat([Buffer.from("holdpoint/v1/key\0"), Buffer.from(statementOf(key))]);
    const signature = Buffer.from(String(key.endorsement), "hex");
    must(key.predecessor === before.fingerprint && signature.toString("hex") === key.endorsement);
    must(isSigned(Buffer.from(String(before.public_key), "hex"), signed, signature));
    must(String(before.active_from) <= String(key.active_from));
  });
}

function statementOf({ endorsement: _, ...key }: Members): string {
  return canonical({ ...key, v: 1 });
}

function checkpointOf(note: string, keys: readonly Key[], origin: string): { size: number; root: Buffer; at: string } {
  const text = textOfNote(note, keys);
  must(text !== null);
  const [name = "", size = "", root = "", time = "", ...rest] = text.split("\n");
  must(name === origin && /^(0|[1-9]\d*)$/.test(size) && time.startsWith("time ") && rest.join() === "");
  const bytes = Buffer.from(root, "base64");
  must(bytes.length === 32 && bytes.toString("base64") === root);
  return { size: Number(size), root: bytes, at: time.slice(5) };
}

function isLineOf(line: string, text: string, { name, raw: key }: Key): boolean {
  const blob = Buffer.from(line.split(" ").at(-1) ?? "", "base64");
  const mark = sha(Buffer.from(`${name}\n`), Buffer.of(1), key).subarray(0, 4);
  const isWritten = line === `— ${name} ${blob.toString("base64")}` && blob.length === 68;
  return isWritten && blob.subarray(0, 4).equals(mark) && isSigned(key, Buffer.from(text), blob.subarray(4));
}

function isSigned(key: Buffer, bytes: Buffer, signature: Buffer): boolean {
  const jwk = { kty: "OKP", crv: "Ed25519", x: key.toString("base64url") };
  return verify(null, bytes, createPublicKey({ key: jwk, format: "jwk" }), signature);
}

/** All of RFC 8785: JSON.stringify writes numbers and strings as it asks; the order of members is ours to make. */
export function clientJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(clientJson).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const sorted = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${sorted.map(([name, member]) => `${JSON.stringify(name)}:${clientJson(member)}`).join()}}`;
}

export function usageOf(record: Members): Members {
  return members(members(record.body ?? null).usage ?? null);
}

function sum(all: readonly Members[], name: string): number {
  return all.reduce((total, one) => total + Number(one[name] ?? 0), 0);
}

function largestPowerBelow(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

function node(left: Buffer, right: Buffer): Buffer {
  return sha(Buffer.of(1), left, right);
}

function sha(...parts: Uint8Array[]): Buffer {
  return createHash("sha256").update(Buffer.concat(parts)).digest();
}

export function H(kind: string, ...parts: (string | Uint8Array)[]): string {
  const bytes = [`holdpoint/v1/${kind}\0`, ...parts].map((part) => Buffer.from(part));
  return `sha256:${sha(...bytes).toString("hex")}`;
}

function raw(written: string): Buffer {
  must(/^sha256:[0-9a-f]{64}$/.test(written));
  return Buffer.from(written.slice(7), "hex");
}

export function members(value: Json | undefined): Members {
  must(typeof value === "object" && value !== null && !Array.isArray(value));
  return value;
}

function list(value: Json | undefined): Json[] {
  must(Array.isArray(value));
  return value;
}

export function must(holds: boolean): asserts holds {
  if (!holds) throw new Error("it does not hold");
}
