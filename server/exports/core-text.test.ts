import { expect, it } from "vitest";
import { BUNDLE_FORMAT, type BundleFormat, bundleHash, LINES_FORMAT } from "@/server/evidence/bundle-file";
import type { EvidenceRecord } from "@/server/evidence/record";
import { hashOfLines } from "@/server/evidence/testing/example-bundle";
import { type Core, writeCore } from "@/server/exports/core-text";
import { DraftSink, PART_BYTES } from "@/server/exports/draft-sink";
import { bundleFormatOf, type FileForm, formOf } from "@/server/exports/rules";

const id = "0197a000-0000-7000-8000-000000000001";

function record(seq: number): EvidenceRecord {
  const recorded_at = "2026-01-22T09:30:00.000Z";
  return { v: 1, tenant_id: id, run_id: id, seq, kind: "report", recorded_at, body: { words: `Zoë "${seq}"` } };
}

const content = {
  bundle: {
    z: [],
    bundle_id: "EVD-000000000000",
    cost: 0.25,
    none: null,
    steps: Array.from({ length: 450 }, (_, n) => ({ n })),
  },
  incident_timeline: [{ type: "created" }],
  records: Array.from({ length: 7 }, (_, at) => record(at + 1)),
  salts: { 1: { input_salt: "00" }, 10: {}, 2: { input: { a: null } } },
  snapshot: { content: { run_id: id }, policy_set: {} },
};

const salts = [[`"1":{"input_salt":"00"}`, `"10":{}`], [`"2":{"input":{"a":null}}`]];

async function* pagesOf<Item>(items: readonly Item[], size: number): AsyncGenerator<readonly Item[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

const { steps, ...said } = content.bundle;
const core: Core = {
  bundle: { ...said, absent: undefined, steps: [] },
  timeline: content.incident_timeline,
  records: () =>
    pagesOf(
      content.records.map((one) => ({ record: one, hash: Buffer.alloc(32) })),
      3,
    ),
  steps: () => pagesOf(steps, 200),
  salts: () => pagesOf(salts.flat(), 2),
  beside: async (page) => page.map(({ record }) => ({ step: { n: record.seq } })),
  snapshot: content.snapshot,
  inflection: null,
};

async function written(form: FileForm, format: BundleFormat = BUNDLE_FORMAT) {
  let text = "";
  const hash = await writeCore(
    core,
    { form, format },
    {
      write: async (piece) => {
        text += piece;
      },
      onPage: async () => undefined,
    },
  );
  return { text, hash };
}

it("is hashed alike in every form, as the format says", async () => {
  const records = content.records.map((one) => ({ ...one }));
  const expected = bundleHash({ ...content, records });
  for (const form of ["json", "csv", "pdf"] as const) expect((await written(form)).hash).toEqual(expected);
  expect((await written("csv", LINES_FORMAT)).hash).toEqual((await written("jsonl", LINES_FORMAT)).hash);
});

it("is JSON up to the proof", async () => {
  expect(JSON.parse(`${(await written("json")).text}}`)).toEqual(content);
});

it("is JSON Lines up to the last line, each step beside its record, and what is written is what is hashed", async () => {
  const { text, hash } = await written("jsonl", LINES_FORMAT);
  const lines = text.split("\n");
  expect(lines.pop()).toBe("");
  expect(hashOfLines(lines)).toEqual(hash);
  const { incident_timeline, snapshot } = content;
  expect(JSON.parse(lines[0] ?? "")).toEqual({ bundle: said, incident_timeline, snapshot });
  const expected = content.records.map((one) => ({ record: one, step: { n: one.seq } }));
  expect(lines.slice(1).map((line) => JSON.parse(line))).toEqual(expected);
});

it("becomes JSON Lines beyond 50 000 records", () => {
  expect([formOf("json", 50_000), formOf("json", 50_001), formOf("pdf", 50_001)]).toEqual(["json", "jsonl", "pdf"]);
  const formats = [bundleFormatOf("json", 50_000), bundleFormatOf("json", 50_001), bundleFormatOf("pdf", 50_001)];
  expect(formats).toEqual([BUNDLE_FORMAT, LINES_FORMAT, BUNDLE_FORMAT]);
});

it("is cut into whole parts, and a long one is written away on the way", async () => {
  const stored: [number, number][] = [];
  const sink = new DraftSink(async (part, bytes) => {
    stored.push([part, bytes.length]);
  });
  const piece = "x".repeat(300_000);
  for (let n = 0; n < 100; n += 1) await sink.write(piece);
  const { first, parts } = sink.rest();
  expect(stored.map(([part]) => part)).toEqual(Array.from({ length: first }, (_, at) => at));
  expect(new Set([...stored.map(([, size]) => size), ...parts.slice(0, -1).map(({ length }) => length)])).toEqual(
    new Set([PART_BYTES]),
  );
  const size = first * PART_BYTES + parts.reduce((sum, { length }) => sum + length, 0);
  expect([size, first > 0]).toEqual([30_000_000, true]);
});
