import { describe, expect, it } from "vitest";
import { bundleHash } from "./bundle-file";
import { readCheckpoint } from "./checkpoint";
import { receiptText } from "./receipt";
import { openNote, signNote } from "./signed-note";
import { type ExampleBundle, exampleBundle, linesOfBundle, payloadRun } from "./testing/example-bundle";
import { ExampleKey, FIRST_KEY, ORIGIN, SECOND_KEY, written } from "./testing/example-log";
import { completedRun, exampleRun, refusedRun, timedOutRun } from "./testing/example-run";
import { RUN, RunWriter } from "./testing/run-writer";
import type { BundleVerdict } from "./verdict";
import { verifyBundle } from "./verify-bundle";

const TRUSTED = { trustedKeys: [{ public_key: FIRST_KEY.entry.public_key }] };
const STRANGER = new ExampleKey(9, "2026-01-01T00:00:00.000Z");

function bytesOf(file: unknown): Buffer {
  return Buffer.from(JSON.stringify(file), "utf8");
}

function failures({ checks }: BundleVerdict): string[] {
  return checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
}

function liveRun(): RunWriter {
  const writer = new RunWriter();
  writer.admit({ stepIndex: 1, stepType: "input" }, { input_tokens: 1, output_tokens: 1, cost_units: 1 });
  return writer;
}

describe("C5: an honest bundle", () => {
  it.each([
    ["a stopped run with a late result", exampleRun],
    ["a completed run", completedRun],
    ["a run stopped by time", timedOutRun],
    ["a refused run", refusedRun],
    ["a live run", liveRun],
  ])("verifies as JSON and as JSON Lines: %s", async (_, make) => {
    const { file } = await exampleBundle(make().rows);
    for (const bytes of [bytesOf(file), Buffer.from(linesOfBundle(file))]) {
      const verdict = verifyBundle(bytes, TRUSTED);
      expect(failures(verdict)).toEqual([]);
      expect(verdict).toMatchObject({ verified: true, signer: "trusted", first_failure: null, readable: true });
      expect(verdict.fingerprints).toEqual([FIRST_KEY.entry.fingerprint]);
    }
  });

  it("verifies with its payloads, and finds them redacted or as they were sent", async () => {
    const { rows, salts } = payloadRun();
    const verdict = verifyBundle(bytesOf((await exampleBundle(rows, { salts })).file), TRUSTED);
    expect(failures(verdict)).toEqual([]);
    expect(verdict.checks.find(({ name }) => name === "commitments")?.detail).toMatch(/^2 payloads .* 1 parts/);
  });

  it("about no run verifies by its timeline and its leaf", async () => {
    const { file } = await withoutRun();
    const verdict = verifyBundle(bytesOf(file), TRUSTED);
    expect(failures(verdict)).toEqual([]);
    expect(verdict.verified).toBe(true);
  });

  it("is the same with its members in another order and with white space", async () => {
    const { file } = await exampleBundle();
    const verdict = verifyBundle(Buffer.from(JSON.stringify(reversed(file), null, 2)), TRUSTED);
    expect(failures(verdict)).toEqual([]);
    expect(verdict.signer).toBe("trusted");
  });
});

describe("whose it is", () => {
  it("nobody can tell without a key, and a re-signed copy is a stranger's", async () => {
    const { file } = await exampleBundle();
    expect(verifyBundle(bytesOf(file), { trustedKeys: [] })).toMatchObject({ verified: true, signer: "unknown" });
    const other = { trustedKeys: [{ public_key: STRANGER.entry.public_key }] };
    expect(verifyBundle(bytesOf(file), other)).toMatchObject({ verified: true, signer: "unknown" });
  });

  it("a key vouches for the one that follows it, unless it is retired", async () => {
    const { file } = await exampleBundle(exampleRun().rows, { isRotated: true });
    const first = FIRST_KEY.entry.public_key;
    expect(failures(verifyBundle(bytesOf(file), TRUSTED))).toEqual([]);
    expect(verifyBundle(bytesOf(file), TRUSTED)).toMatchObject({ verified: true, signer: "trusted" });
    const retired = [{ public_key: first, retired_at: SECOND_KEY.entry.active_from }];
    expect(verifyBundle(bytesOf(file), { trustedKeys: retired })).toMatchObject({ verified: true, signer: "unknown" });
    const published = [...retired, { public_key: SECOND_KEY.entry.public_key, retired_at: null }];
    expect(verifyBundle(bytesOf(file), { trustedKeys: published }).signer).toBe("trusted");
  });

  it("a retired key is believed about earlier instants only", async () => {
    const { file } = await exampleBundle();
    const key = { public_key: FIRST_KEY.entry.public_key };
    const before = { trustedKeys: [{ ...key, retired_at: "2026-01-22T09:59:00.000Z" }] };
    const after = { trustedKeys: [{ ...key, retired_at: "2026-01-22T10:01:00.000Z" }] };
    expect(verifyBundle(bytesOf(file), before).signer).toBe("unknown");
    expect(verifyBundle(bytesOf(file), after).signer).toBe("trusted");
  });
});

describe("C3: an outside checkpoint", () => {
  const verdictWith = ({ file }: ExampleBundle, checkpoint: string) =>
    verifyBundle(bytesOf(file), { ...TRUSTED, checkpoint });

  it("of one of the file's two sizes needs no proof", async () => {
    const bundle = await exampleBundle();
    const { checkpoint, first_checkpoint_covering_seal: first } = bundle.file.proof;
    expect(failures(verdictWith(bundle, checkpoint))).toEqual([]);
    expect(failures(verdictWith(bundle, first?.checkpoint ?? ""))).toEqual([]);
    expect(failures(verdictWith(bundle, JSON.stringify({ checkpoint })))).toEqual([]);
  });

  it("of another size needs a consistency proof, which may stand behind it", async () => {
    const bundle = await exampleBundle();
    const { log } = bundle;
    const note = log.checkpoint("2026-01-22T09:30:10.000Z", [FIRST_KEY], 5);
    expect(failures(verdictWith(bundle, note)).join()).toContain("from=5");
    const growth = { from: 5, to: log.size, path: await log.consistency(5) };
    expect(failures(verdictWith(bundle, `${note}\n${JSON.stringify(growth)}\n`))).toEqual([]);
    const wrong = { ...growth, path: await log.consistency(6) };
    expect(failures(verdictWith(bundle, `${note}${JSON.stringify(wrong)}`)).join()).toContain("not shown");
  });

  it("shows a log that was rolled back, one that was made anew, and one of somebody else", async () => {
    const bundle = await exampleBundle();
    const size = bundle.log.size;
    bundle.log.appendNoise(3);
    const larger = bundle.log.checkpoint("2026-01-22T09:59:00.000Z", [FIRST_KEY]);
    expect(failures(verdictWith(bundle, larger)).join()).toContain("rolled back");
    const { log } = await exampleBundle(completedRun().rows);
    log.appendNoise(size);
    const forked = log.checkpoint("2026-01-22T10:00:01.000Z", [FIRST_KEY], size);
    expect(failures(verdictWith(bundle, forked)).join()).toContain("two logs");
    const strange = bundle.log.checkpoint("2026-01-22T10:00:01.000Z", [STRANGER], size);
    expect(failures(verdictWith(bundle, strange)).join()).toContain("not known here");
    expect(failures(verdictWith(bundle, "nothing\n")).join()).toContain("holds no checkpoint");
  });

  it("may be signed by a key that came after the file, when that key is trusted", async () => {
    const bundle = await exampleBundle();
    const later = bundle.log.checkpoint("2026-02-01T00:00:00.000Z", [SECOND_KEY]);
    expect(failures(verdictWith(bundle, later)).join()).toContain("not known here");
    const trustedKeys = [...TRUSTED.trustedKeys, { public_key: SECOND_KEY.entry.public_key }];
    expect(failures(verifyBundle(bytesOf(bundle.file), { trustedKeys, checkpoint: later }))).toEqual([]);
  });

  it("shows that a whole chain was recomputed and signed anew", async () => {
    const honest = await exampleBundle();
    const forged = await exampleBundle(completedRun().rows);
    expect(verifyBundle(bytesOf(forged.file), TRUSTED).verified).toBe(true);
    const verdict = verdictWith(forged, honest.file.proof.first_checkpoint_covering_seal?.checkpoint ?? "");
    expect(verdict).toMatchObject({ verified: false, first_failure: "outside_checkpoint" });
  });
});

describe("receipts", () => {
  const { rows } = exampleRun();
  const receipt = (seq: number, change: { hash?: string; run_id?: string; origin?: string } = {}, key = FIRST_KEY) => {
    const row = rows.records.find((record) => record.seq === seq);
    const hash = written(row?.hash ?? rows.trace.genesisHash);
    const recorded_at = (row?.recordedAt ?? rows.run.startedAt).toISOString();
    const says = { origin: ORIGIN, run_id: RUN, seq, hash, recorded_at, ...change };
    return signNote(receiptText(says), [key.signer(says.origin)]);
  };
  const verdictWith = async (receipts: string) =>
    failures(verifyBundle(bytesOf((await exampleBundle()).file), { ...TRUSTED, receipts })).join();

  it("of records that are there verify: start, block and late, in any of the forms", async () => {
    const all = [receipt(0), receipt(4), receipt(7)];
    expect(await verdictWith(all.join(""))).toBe("");
    expect(await verdictWith(all.join("\n"))).toBe("");
    expect(await verdictWith(JSON.stringify(all))).toBe("");
    expect(await verdictWith(all.map((note) => JSON.stringify({ status: 200, receipt: note })).join("\n"))).toBe("");
  });

  it("of other runs are passed over, but one of this run there must be", async () => {
    const other = receipt(4, { run_id: "0197a2b4-0000-7000-8000-0000000000ff" });
    expect(await verdictWith(receipt(0) + other)).toBe("");
    expect(await verdictWith(other)).toContain("no receipt of this run");
    expect(await verdictWith("")).toContain("no receipt of this run");
  });

  it("show a record that is missing or another one", async () => {
    expect(await verdictWith(receipt(0) + receipt(8))).toContain("seq 8 is missing");
    expect(await verdictWith(receipt(4, { hash: written(Buffer.alloc(32)) }))).toContain("another record");
    expect(await verdictWith(receipt(4, {}, STRANGER))).toContain("not known here");
    const foreign = "holdpoint/0197a2b4-0000-7000-8000-0000000000d1/0197a2b4-0000-7000-8000-000000000001";
    expect(await verdictWith(receipt(4, { origin: foreign }))).toContain("of another log");
  });
});

describe("what is no bundle", () => {
  it.each([
    ["nothing", ""],
    ["no JSON", "{"],
    ["other JSON", '{"a":1}'],
    ["other bytes", "\u0000\u0001"],
    ["half a file", '{"bundle":{},"records":['],
  ])("is unreadable: %s", (_, text) => {
    expect(verifyBundle(Buffer.from(text), TRUSTED)).toMatchObject({ verified: false, readable: false });
  });

  it("a byte that is no UTF-8 is unreadable", async () => {
    const bytes = bytesOf((await exampleBundle()).file);
    bytes[50] = 0xff;
    expect(verifyBundle(bytes, TRUSTED)).toMatchObject({ verified: false, readable: false });
  });
});

async function withoutRun(): Promise<ExampleBundle> {
  const whole = await exampleBundle();
  const { file, log } = whole;
  const { bundle_id, tenant_id, bundle_type } = file.bundle;
  const content = {
    ...{ records: [], salts: {}, snapshot: null, incident_timeline: file.incident_timeline },
    bundle: { bundle_id: "EVD-000000000001", tenant_id, bundle_type, run_id: null, is: bundle_id },
  };
  const index = log.append("bundle", "EVD-000000000001", written(bundleHash(content)), "2026-01-22T10:00:00.000Z");
  const kinds = new Set(["incident_event", "key"]);
  const own = log.sources.flatMap((source, leaf_index) =>
    kinds.has(source.kind) || leaf_index === index ? [{ ...source, leaf_index }] : [],
  );
  const entries = await Promise.all(
    own.map(async ({ tenant_id: _, ...entry }) => ({ ...entry, inclusion: await log.inclusion(entry.leaf_index) })),
  );
  const checkpoint = log.checkpoint("2026-01-22T10:00:02.000Z", [FIRST_KEY]);
  expect(readCheckpoint(openNote(checkpoint)?.text ?? "")?.size).toBe(log.size);
  const proof = {
    ...file.proof,
    ...{ bundle_hash: written(bundleHash(content)), genesis: null, chain_root: null, seal: null, entries, checkpoint },
    first_checkpoint_covering_seal: null,
  };
  return { ...whole, file: { ...content, proof } };
}

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  );
}
