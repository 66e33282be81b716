import { answerHash } from "../answer";
import { bundleHash } from "../bundle-file";
import { canonicalText, jcs } from "../canonical";
import { genesisBytes } from "../chain";
import { commitTo, commitToStored } from "../commitment";
import { H, writeHash } from "../hash";
import { incidentEventBytes, incidentEventHash } from "../incident-event-hash";
import { keyStatementHash } from "../key-history";
import { afterImageHash, canonicalImage, requestHash } from "../snapshot-hash";
import { hashOfLines } from "./example-bundle";
import { SECOND_KEY } from "./example-log";
import { exampleRun } from "./example-run";
import { RUN, TENANT } from "./run-writer";

/** One hash and everything that goes into it, as docs/evidence-format.md prints it. */
export type Vector = {
  readonly name: string;
  readonly kind: string;
  readonly previous?: string;
  readonly salt?: string;
  readonly status?: string;
  /** Enters as 32 raw bytes. */
  readonly entry?: string;
  readonly text: string;
  readonly hash: string;
};

const SALT = Buffer.from("000102030405060708090a0b0c0d0e0f", "hex");

/** The vectors as the code makes them. */
export function computedVectors(): Vector[] {
  const { run, trace, snapshot, engine, records } = exampleRun().rows;
  if (snapshot === null) throw new Error("the example run has a snapshot");
  const genesis = genesisBytes({ ...run, snapshotHash: snapshot.contentHash, engine });
  const vectors = [
    vector("policy set", "policy-set", snapshot.setHash, snapshot.setCanonical),
    vector("snapshot", "snapshot", snapshot.contentHash, snapshot.canonical),
    vector("genesis", "genesis", trace.genesisHash, genesis),
  ];
  let previous: Uint8Array = trace.genesisHash;
  for (const record of records) {
    const isLate = record.kind === "late";
    if (isLate && trace.sealHash) {
      vectors.push(vector("seal", "seal", trace.sealHash, sealText(trace.seal)));
      previous = trace.sealHash;
    }
    const kind = isLate ? "addendum" : "record";
    const link = { previous: writeHash(previous) };
    vectors.push({ ...vector(`seq ${record.seq}, ${record.kind}`, kind, record.hash, record.canonical), ...link });
    previous = record.hash;
  }
  return [...vectors, ...otherVectors()];
}

/** The vectors as the document prints them. */
export function printedVectors(document: string): Vector[] {
  return [...document.matchAll(/```vector\n(.*?)\n```/gs)].map((block) => {
    const lines = (block[1] ?? "").split("\n").map((line) => {
      const space = line.indexOf(" ");
      return [line.slice(0, space), line.slice(space + 1)] as const;
    });
    const { name = "", kind = "", text = "", hash = "", ...rest } = Object.fromEntries<string | undefined>(lines);
    return { name, kind, text, hash, ...withoutAbsent(rest) };
  });
}

/**
 * A vector as the document prints it.
 * @public
 */
export function printVector(vector: Vector): string {
  const order = ["name", "kind", "previous", "salt", "status", "entry", "text", "hash"] as const;
  const lines = order.flatMap((field) => (vector[field] === undefined ? [] : [`${field} ${vector[field]}`]));
  return `\`\`\`vector\n${lines.join("\n")}\n\`\`\``;
}

function otherVectors(): Vector[] {
  const original = `{"amount":12.5,"to":"Zoë","urgent":null}`;
  const kept = `{"input":{"amount":12.5,"to":"[redacted]","urgent":null}}`;
  const answer = `{"run_id":"0197a2b4-0000-7000-8000-00000000000a","seq":1,"incident_id":null}`;
  const image = `{"price":"0.0000001","version":3}`;
  const entry = canonicalText(canonicalImage(exampleAuditEntry()));
  const salt = SALT.toString("hex");
  return [
    { name: "input", kind: "commit", salt, text: original, hash: commitTo(JSON.parse(original), SALT) },
    { name: "kept input", kind: "stored", salt, text: kept, hash: commitToStored(JSON.parse(kept), SALT) },
    vector("request", "request", requestHash(JSON.parse(original)), original),
    { name: "answer of seq 1", kind: "answer", status: "200", text: answer, hash: answerHash(200, answer) },
    vector("after-image", "after-image", afterImageHash({ version: 3, price: 1e-7, gone: null }), image),
    vector("audit entry", "audit", H("audit", entry), entry),
    ...logVectors(H("audit", entry)),
  ];
}

// What the log adds to the hashes of §1.
function logVectors(entry: Buffer): Vector[] {
  const first = H("audit-chain", Buffer.alloc(32), entry);
  const link = (previous: Buffer) => ({ previous: writeHash(previous), entry: writeHash(entry) });
  const event = incidentEventBytes(exampleEvent());
  const { endorsement: _, ...key } = SECOND_KEY.entry;
  const content = { bundle: { bundle_id: "EVD-00112233aabb", cost_cents: 12.5, policy: null }, snapshot: null };
  const core = { ...content, records: [], incident_timeline: [], salts: {} };
  const lines = jcs({ ...content, incident_timeline: [] });
  const review = canonicalText(exampleReview(writeHash(bundleHash(core))));
  return [
    { ...vector("audit chain, 1", "audit-chain", first, ""), ...link(Buffer.alloc(32)) },
    { ...vector("audit chain, 2", "audit-chain", H("audit-chain", first, entry), ""), ...link(first) },
    vector("incident event", "incident-event", incidentEventHash(exampleEvent()), event),
    vector("second key", "key", keyStatementHash(key), canonicalText({ v: 1, ...key })),
    vector("bundle", "bundle", bundleHash(core), jcs(core)),
    vector("bundle in lines", "bundle-lines", hashOfLines([lines]), lines),
    vector("review", "review", H("review", review), review),
  ];
}

function exampleEvent() {
  return {
    ...{ tenantId: TENANT, id: "0197a2b4-0000-7000-8000-0000000000ea", type: "created", actorType: "system" },
    ...{
      incidentId: "0197a2b4-0000-7000-8000-0000000000e3",
      actorId: "gate",
      detail: { severity: "high", note: null },
    },
    recordedAt: new Date("2026-01-22T09:30:07.500Z"),
  };
}

function exampleReview(bundle_hash: string) {
  return {
    ...{ v: 1, tenant_id: TENANT, review_id: "0197a2b4-0000-7000-8000-0000000000e5", bundle_id: "EVD-00112233aabb" },
    ...{ bundle_hash, verdict: "approved", reviewed_by: "user:u-3", reviewed_at: "2026-01-23T08:00:00.000Z" },
  };
}

function exampleAuditEntry() {
  return {
    v: 1,
    tenant_id: TENANT,
    id: "0197a2b4-0000-7000-8000-0000000000e1",
    recorded_at: new Date("2026-01-22T10:00:00.000Z"),
    action: "incident.acknowledged",
    actor_type: "user",
    actor_id: "0197a2b4-0000-7000-8000-0000000000e2",
    entity_type: "incident",
    entity_id: "0197a2b4-0000-7000-8000-0000000000e3",
    run_id: RUN,
    request_id: null,
    before: { status: "active" },
    after: { status: "acknowledged", resolved_at: null },
    detail: null,
  };
}

function vector(name: string, kind: string, hash: Uint8Array, bytes: Uint8Array | string): Vector {
  return { name, kind, text: Buffer.from(bytes).toString("utf8"), hash: writeHash(hash) };
}

function sealText(seal: unknown): string {
  return canonicalText(JSON.parse(JSON.stringify(seal)));
}

function withoutAbsent(fields: { [field: string]: string | undefined }): { [field: string]: string } {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
