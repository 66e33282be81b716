// The text of everything in a file but its proof, and its hash. In JSON the two are made of the same bytes; JSON Lines and CSV
// show the same content in another order, so there the hashed text goes to the hash alone. Nothing is ever held whole.

import { setImmediate as giveWay } from "node:timers/promises";
import type { BundleSnapshot } from "@/server/evidence/bundle-file";
import { type CanonicalObject, canonicalText, jcs } from "@/server/evidence/canonical";
import { hasherOf } from "@/server/evidence/hash";
import type { EvidenceRecord } from "@/server/evidence/record";
import { csvLine, recordCells, recordColumns } from "@/server/exports/record-csv";
import type { FileForm } from "@/server/exports/rules";

export type ChainRecord = { record: EvidenceRecord; hash: Buffer };

/** What a file says, beside its proof. */
export type Core = {
  bundle: { readonly [member: string]: unknown };
  timeline: readonly CanonicalObject[];
  /** In the order of seq, in pages. */
  records(): AsyncIterable<readonly ChainRecord[]>;
  /** Members of `salts` as text, `"17":{…}`, in the order of RFC 8785. */
  salts: readonly string[];
  snapshot: BundleSnapshot | null;
  /** The step at which the run was stopped; for the table. */
  inflection: number | null;
};

type Write = (text: string) => Promise<void>;

/** Writes a file's text as far as it goes without the proof; gives the bundle's hash. `onPage`: so many records are written. */
export async function writeCore(
  core: Core,
  form: FileForm,
  { write, onPage }: { write: Write; onPage(records: number): Promise<void> },
): Promise<Buffer> {
  const hash = hasherOf("bundle");
  const hashed: Write = async (text) => {
    hash.update(text);
    if (form === "json" || form === "pdf") await write(text);
  };
  await head(core, hashed);
  if (form === "jsonl") await headerLine(core, write);
  if (form === "csv") await write(csvLine(recordColumns));
  let count = 0;
  for await (const page of core.records()) {
    const texts = page.map(({ record }) => canonicalText({ ...record }));
    await hashed(`${count > 0 ? "," : ""}${texts.join(",")}`);
    if (form === "jsonl") await write(texts.map((text) => `${text}\n`).join(""));
    if (form === "csv") await write(page.map((one, at) => lineOf(one, texts[at] ?? "", core)).join(""));
    count += page.length;
    await onPage(count);
    await giveWay();
  }
  await hashed(`],"salts":{`);
  for await (const text of inPieces(core.salts)) await hashed(text);
  await hashed(`},"snapshot":${jcs(core.snapshot)}`);
  // The draft of JSON ends here: what follows in the file is the proof, and then the closing brace.
  hash.update("}");
  return hash.digest();
}

async function head(core: Core, write: Write): Promise<void> {
  await write(`{"bundle":`);
  for await (const text of objectText(core.bundle)) await write(text);
  await write(`,"incident_timeline":${jcs(core.timeline)},"records":[`);
}

async function headerLine(core: Core, write: Write): Promise<void> {
  await write(`{"bundle":`);
  for await (const text of objectText(core.bundle)) await write(text);
  await write(`,"incident_timeline":${jcs(core.timeline)},"salts":{`);
  for await (const text of inPieces(core.salts)) await write(text);
  await write(`},"snapshot":${jcs(core.snapshot)}}\n`);
}

function lineOf({ record, hash }: ChainRecord, text: string, core: Core): string {
  return csvLine(recordCells({ record, hash, text, inflection: core.inflection }));
}

const AT_ONCE = 200;

/** As `jcs` writes an object, with long lists in pieces, so that the loop is never kept for long. */
async function* objectText(value: { readonly [member: string]: unknown }): AsyncGenerator<string> {
  let text = "{";
  for (const name of Object.keys(value).sort()) {
    const member = value[name];
    if (member === undefined) continue;
    yield `${text}${jcs(name)}:`;
    if (Array.isArray(member)) yield* arrayText(member);
    else yield jcs(member);
    text = ",";
  }
  yield text === "{" ? "{}" : "}";
}

async function* arrayText(values: readonly unknown[]): AsyncGenerator<string> {
  yield "[";
  yield* inPieces(values, jcs);
  yield "]";
}

async function* inPieces<Value>(
  values: readonly Value[],
  write: (value: Value) => string = String,
): AsyncGenerator<string> {
  for (let at = 0; at < values.length; at += AT_ONCE) {
    const piece = values.slice(at, at + AT_ONCE).map(write);
    yield `${at > 0 ? "," : ""}${piece.join(",")}`;
    await giveWay();
  }
}
