// The text of everything in a file but its proof, and its hash. In JSON and in JSON Lines the two are made of the same bytes; a
// table shows the same content in another order, so there the hashed text goes to the hash alone. Nothing is ever held whole.

import type { Hash } from "node:crypto";
import {
  type Beside,
  type BundleFormat,
  type BundleSnapshot,
  LINES_FORMAT,
  recordLine,
} from "@/server/evidence/bundle-file";
import { type CanonicalObject, canonicalText, jcs } from "@/server/evidence/canonical";
import { hasherOf } from "@/server/evidence/hash";
import type { EvidenceRecord } from "@/server/evidence/record";
import { ListInPages, objectText } from "@/server/exports/json-pieces";
import { csvLine, recordCells, recordColumns } from "@/server/exports/record-csv";
import type { FileForm } from "@/server/exports/rules";
import { rest } from "@/server/platform/workers/pace";

export type ChainRecord = { record: EvidenceRecord; hash: Buffer };

/** What a file says, beside its proof. */
export type Core = {
  bundle: { readonly [member: string]: unknown };
  timeline: readonly CanonicalObject[];
  /** In the order of seq, in pages. */
  records(): AsyncIterable<readonly ChainRecord[]>;
  /** Every step by index, for version 1; null when none are listed. */
  steps: (() => AsyncIterable<readonly object[]>) | null;
  /** Members of `salts` as text, `"17":{…}`, in the order of RFC 8785, for version 1. */
  salts(): AsyncIterable<readonly string[]>;
  /** What stands beside each record of a page, for version 2. */
  beside(page: readonly ChainRecord[]): Promise<readonly Beside[]>;
  snapshot: BundleSnapshot | null;
  /** The step at which the run was stopped; for the table. */
  inflection: number | null;
};

type Write = (text: string) => Promise<void>;
type Progress = { write: Write; onPage(records: number): Promise<void> };

/** Writes a file's text as far as it goes without the proof; gives the bundle's hash. `onPage`: so many records are written. */
export async function writeCore(
  core: Core,
  { form, format }: { form: FileForm; format: BundleFormat },
  { write, onPage }: Progress,
): Promise<Buffer> {
  const hash = hasherOf(format === LINES_FORMAT ? "bundle-lines" : "bundle");
  if (form === "csv") await write(csvLine(recordColumns));
  const hashed: Write = async (text) => {
    hash.update(text);
    if (form !== "csv") await write(text);
  };
  const onRecords = async (page: readonly ChainRecord[], texts: readonly string[], count: number) => {
    // Line by line: a page as one long text, twice, would be the most of what a table takes of the memory.
    if (form === "csv") for (const [at, one] of page.entries()) await write(lineOf(one, texts[at] ?? "", core));
    await onPage(count);
  };
  return format === LINES_FORMAT
    ? writeLines(core, { hash, hashed, onRecords })
    : writeObject(core, { hash, hashed, onRecords });
}

type Output = {
  hash: Hash;
  hashed: Write;
  /** `count` with those of this page. */
  onRecords(page: readonly ChainRecord[], texts: readonly string[], count: number): Promise<void>;
};

async function writeObject(core: Core, { hash, hashed, onRecords }: Output): Promise<Buffer> {
  const steps = core.steps === null ? {} : { steps: new ListInPages(core.steps) };
  await hashed(`{"bundle":`);
  for await (const text of objectText({ ...core.bundle, ...steps })) await hashed(text);
  await hashed(`,"incident_timeline":${jcs(core.timeline)},"records":[`);
  let count = 0;
  for await (const page of core.records()) {
    const texts = textsOf(page);
    await hashed(`${count > 0 ? "," : ""}${texts.join(",")}`);
    count += page.length;
    await onRecords(page, texts, count);
  }
  await hashed(`],"salts":{`);
  let isFirst = true;
  for await (const members of core.salts()) {
    await hashed(`${isFirst ? "" : ","}${members.join(",")}`);
    isFirst = false;
    await rest();
  }
  await hashed(`},"snapshot":${jcs(core.snapshot)}`);
  // The draft of JSON ends here: what follows in the file is the proof, and then the closing brace.
  return hash.update("}").digest();
}

async function writeLines(core: Core, { hash, hashed, onRecords }: Output): Promise<Buffer> {
  const { steps: _beside, ...bundle } = core.bundle;
  await hashed(`{"bundle":`);
  for await (const text of objectText(bundle)) await hashed(text);
  await hashed(`,"incident_timeline":${jcs(core.timeline)},"snapshot":${jcs(core.snapshot)}}\n`);
  let count = 0;
  for await (const page of core.records()) {
    const texts = textsOf(page);
    const beside = await core.beside(page);
    for (const [at, text] of texts.entries()) await hashed(`${recordLine(text, beside[at] ?? {})}\n`);
    count += page.length;
    await onRecords(page, texts, count);
  }
  return hash.digest();
}

function textsOf(page: readonly ChainRecord[]): string[] {
  return page.map(({ record }) => canonicalText({ ...record }));
}

function lineOf({ record, hash }: ChainRecord, text: string, core: Core): string {
  return csvLine(recordCells({ record, hash, text, inflection: core.inflection }));
}
