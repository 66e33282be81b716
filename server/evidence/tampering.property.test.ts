import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerBytes, receiptOf } from "./answer";
import { canonicalBytes } from "./canonical";
import { addendumHash, recordHash } from "./chain";
import { bodyIn, recordBytes } from "./record";
import { snapshotHash } from "./snapshot-hash";
import { completedRun, exampleRun, failedRun, refusedRun, timedOutRun } from "./testing/example-run";
import { EXAMPLE, NAMED, type Who } from "./testing/example-start";
import { evidenceOf, type RunRows, RunWriter } from "./testing/run-writer";
import { holds } from "./testing/second-verifier";
import { tamperings } from "./testing/tampering";
import { verifyRun } from "./verify";

const RUNS: readonly (readonly [string, () => RunWriter])[] = [
  ["a stopped run", exampleRun],
  ["a completed run", completedRun],
  ["a failed run", failedRun],
  ["a run stopped by time", timedOutRun],
  ["a live run", () => liveRun()],
  ["a refused run", refusedRun],
];

async function answersOf(rows: RunRows) {
  const answer = await verifyRun(evidenceOf(rows));
  return { first: answer.verified, second: holds(rows), reason: answer.reason, seq: answer.first_bad_seq };
}

async function expectFound(rows: RunRows, where: string): Promise<void> {
  const { first, second, reason } = await answersOf(rows);
  expect({ where, first, second }).toEqual({ where, first: false, second: false });
  expect(reason).not.toBeNull();
}

describe.each(RUNS)("%s", (_, make) => {
  it("holds for both verifiers", async () => {
    expect(await answersOf(make().rows)).toEqual({ first: true, second: true, reason: null, seq: null });
  });

  it("shows every change of one field", async () => {
    const all = tamperings(make().rows);
    expect(all.length).toBeGreaterThan(40);
    for (const tampering of all) {
      const { rows } = make();
      tampering.apply(rows);
      await expectFound(rows, tampering.where);
    }
  });

  it("shows a row that is missing or twice there", async () => {
    for (const table of ["records", "steps"] as const) {
      for (let at = 0; at < make().rows[table].length; at += 1) {
        const { rows } = make();
        rows[table].splice(at, 1);
        await expectFound(rows, `${table} ${at} deleted`);
        const other = make().rows;
        duplicate(other[table], at);
        await expectFound(other, `${table} ${at} doubled`);
      }
    }
  });

  it("shows two records that changed places", async () => {
    const count = make().rows.records.length;
    for (let one = 0; one < count; one += 1) {
      for (let other = one + 1; other < count; other += 1) {
        const { rows } = make();
        const [first, second] = [rows.records[one], rows.records[other]];
        if (!first || !second) continue;
        [first.seq, second.seq] = [second.seq, first.seq];
        await expectFound(rows, `seq of ${one} and ${other} swapped`);
      }
    }
  });
});

describe("the reason names the place", () => {
  it.each<[string, (rows: RunRows) => unknown, number | null]>([
    ["record_changed", (rows) => Object.assign(rows.records[1] ?? {}, { recordedAt: new Date(0) }), 2],
    ["record_changed", (rows) => Object.assign(rows.records[1] ?? {}, { canonical: Buffer.from("{}") }), 2],
    ["hash_mismatch", (rows) => rows.records[2]?.hash.fill(0), 3],
    ["gap", (rows) => rows.records.splice(2, 1), 3],
    ["missing_tail", (rows) => rows.records.splice(5), 6],
    ["missing_tail", (rows) => rows.records.pop(), 7],
    ["addendum_changed", (rows) => rows.records[6]?.hash.fill(0), 7],
    ["addendum_changed", (rows) => Object.assign(rows.records[6] ?? {}, { stepType: "other" }), 7],
    ["request_changed", (rows) => rows.records[3]?.requestHash?.fill(0), 4],
    ["answer_changed", (rows) => rows.records[3]?.answer?.fill(0), 4],
    ["answer_changed", (rows) => changeReceipt(rows, (note) => note.replace("seq 4", "seq 5")), 4],
    ["answer_changed", (rows) => changeReceipt(rows, (note) => note.replace(/(?<= )\S+\n$/, "AAAA\n")), 4],
    ["foreign_record", (rows) => Object.assign(rows.records[0] ?? {}, { runId: rows.run.traceId }), 1],
    ["extra_record", (rows) => Object.assign(rows.run, { seq: 6 }), 7],
    ["genesis_mismatch", (rows) => Object.assign(rows, { engine: "another" }), null],
    ["genesis_mismatch", (rows) => rows.trace.genesisHash.fill(0), null],
    ["snapshot_missing", (rows) => Object.assign(rows, { snapshot: null }), null],
    ["snapshot_changed", (rows) => rows.snapshot?.canonical.fill(32), null],
    ["policy_set_changed", (rows) => rows.snapshot?.setCanonical.fill(32), null],
    ["seal_changed", (rows) => Object.assign(rows.trace, { seal: {} }), null],
    ["seal_changed", (rows) => Object.assign(rows.trace, { sealHash: Buffer.alloc(32) }), null],
    ["seal_missing", (rows) => Object.assign(rows.trace, { seal: null }), null],
    ["run_changed", (rows) => Object.assign(rows.run, { stoppedAtStep: 2 }), null],
    ["run_changed", (rows) => Object.assign(rows.run, { agentId: "another" }), null],
    ["run_changed", (rows) => Object.assign(rows.run, { tags: { env: "prod", more: "" } }), null],
    ["run_changed", (rows) => Object.assign(rows.run, { tags: null }), null],
    ["run_changed", (rows) => Object.assign(rows.run, { costUnits: 0 }), null],
    ["run_changed", (rows) => Object.assign(rows.run, { incidentId: null }), null],
    ["run_changed", (rows) => Object.assign(rows, { incidents: [] }), null],
    ["trace_changed", (rows) => Object.assign(rows.trace, { incidentId: null }), null],
    ["trace_changed", (rows) => Object.assign(rows.trace, { agentId: "another" }), null],
    ["trace_changed", (rows) => Object.assign(rows.trace, { violationReason: "none" }), null],
    ["trace_changed", (rows) => rows.trace.rootHash?.fill(0), null],
    ["step_changed", (rows) => Object.assign(rows.steps[0] ?? {}, { costUnits: 1 }), 2],
    ["head_mismatch", (rows) => rows.run.headHash.fill(0), 7],
  ])("%s", async (reason, change, seq) => {
    const { rows } = exampleRun();
    const copy = { ...rows, trace: { ...rows.trace }, run: { ...rows.run } };
    isolate(copy);
    change(copy);
    expect(await answersOf(copy)).toEqual({ first: false, second: false, reason, seq });
  });
});

describe("who a run is and what it has used", () => {
  const totals = [
    ...["inputTokens", "outputTokens", "costUnits", "stepsCompleted", "openSteps", "lapsedSteps"],
    ...["reservedInputTokens", "reservedOutputTokens", "reservedCostUnits"],
    ...["presumedInputTokens", "presumedOutputTokens", "presumedCostUnits", "lastStepIndex"],
  ];
  const runs: (readonly [string, () => RunWriter])[] = [...RUNS.slice(0, -1), ["a live run with every name", namedRun]];

  it.each(runs)("of %s: no column of either can change alone", async (_, make) => {
    const { startedBy } = make().rows.run;
    const columns = [...Object.keys(EXAMPLE), ...totals].filter((name) => name !== "startedBy" || startedBy !== "");
    const all = tamperings(make().rows).filter(({ where }) =>
      columns.some((name) => where.startsWith(`run, ${name}, `)),
    );
    const covered = new Set(all.map(({ where }) => where.split(", ")[1]));
    expect(covered).toEqual(new Set(columns));
    for (const tampering of all) {
      const { rows } = make();
      tampering.apply(rows);
      expect(await answersOf(rows), tampering.where).toMatchObject({
        first: false,
        second: false,
        reason: "run_changed",
      });
    }
  });

  it("counts late usage, and holds nothing for a step that came late", () => {
    const { run } = exampleRun().rows;
    expect(run).toMatchObject({ inputTokens: 2_490, outputTokens: 12_640, costUnits: 4_500_000, stepsCompleted: 3 });
    expect(run).toMatchObject({ openSteps: 0, lapsedSteps: 0, presumedInputTokens: 0, reservedInputTokens: 0 });
  });

  it("needs a context: a snapshot without one is no snapshot", async () => {
    const { rows } = exampleRun();
    const { context: _, ...content } = JSON.parse(Buffer.from(rows.snapshot?.canonical ?? []).toString("utf8"));
    Object.assign(rows.snapshot ?? {}, { canonical: canonicalBytes(content), contentHash: snapshotHash(content) });
    expect(await answersOf(rows)).toMatchObject({ first: false, second: false, reason: "snapshot_changed" });
  });
});

describe("somebody who recomputes hashes", () => {
  it("of one record is found at the next", async () => {
    const { rows } = exampleRun();
    forge(rows, 1);
    expect(await answersOf(rows)).toMatchObject({ first: false, second: false, reason: "hash_mismatch", seq: 3 });
  });

  it("of all records from there on is found at the seal", async () => {
    const { rows } = exampleRun();
    for (let at = 1; at < rows.records.length; at += 1) forge(rows, at);
    Object.assign(rows.trace, { rootHash: rows.records[5]?.hash });
    Object.assign(rows.run, { headHash: rows.records[6]?.hash });
    expect(await answersOf(rows)).toMatchObject({ first: false, second: false, reason: "seal_changed" });
  });

  it("and takes the end off is found at the seal's count", async () => {
    const { rows } = exampleRun();
    rows.records.splice(4);
    Object.assign(rows.run, { seq: 4, lateRecords: 0, headHash: rows.records[3]?.hash });
    expect(await answersOf(rows)).toMatchObject({ first: false, second: false, reason: "missing_tail", seq: 5 });
  });

  it("and takes the seal off is found by the closing records", async () => {
    const { rows } = completedRun();
    const ended = { completedAt: null, terminationReason: null, endNote: null };
    Object.assign(rows.run, { ...ended, status: "running", headHash: rows.trace.rootHash });
    Object.assign(rows.trace, { status: "running", completedAt: null, rootHash: null, seal: null, sealHash: null });
    expect(await answersOf(rows)).toMatchObject({ first: false, second: false, reason: "seal_missing" });
  });

  it("cannot continue a run after its end, settle what was never open, or invent a kind", async () => {
    for (const kind of ["report", "result", "lapse", "invented"]) {
      const { rows } = completedRun();
      const [first] = rows.records;
      if (!first) throw new Error("no record");
      const row = { ...first, seq: rows.run.seq + 1, kind, stepIndex: 9 };
      rows.records.push(row);
      Object.assign(rows.run, { seq: row.seq });
      forge(rows, rows.records.length - 1);
      Object.assign(rows.run, { headHash: row.hash });
      expect(await answersOf(rows)).toMatchObject({ first: false, second: false, reason: "record_malformed" });
    }
  });
});

describe("any run", () => {
  const usage = fc.record({
    ...{ input_tokens: fc.nat(9999), output_tokens: fc.nat(9999), duration_ms: fc.nat(60_000) },
    cost_source: fc.constantFrom("reported", "computed", "unpriced"),
  });
  const estimate = fc.record({ input_tokens: fc.nat(999), output_tokens: fc.nat(999), cost_units: fc.nat(99_999) });
  const step = fc.record(
    {
      skill: fc.string({ unit: "binary-ascii" }).map(withoutNul),
      model: fc.string({ unit: "grapheme" }),
      retry_count: fc.nat(5),
    },
    { requiredKeys: [] },
  );
  const act = fc.record({
    what: fc.constantFrom("admit", "report", "result", "lapse", "pause"),
    pick: fc.nat(),
    usage,
    estimate,
    step,
  });
  const ending = fc.constantFrom("stop", "complete", "none");

  it("holds, and one change of one field is found by both verifiers", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { maxLength: 12 }),
        ending,
        fc.boolean(),
        fc.nat(),
        async (acts, end, late, pick) => {
          const honest = played(acts, end, late).rows;
          expect(await answersOf(honest)).toMatchObject({ first: true, second: true });
          const all = tamperings(honest);
          const tampering = all[pick % all.length];
          const { rows } = played(acts, end, late);
          tampering?.apply(rows);
          await expectFound(rows, tampering?.where ?? "");
        },
      ),
      { numRuns: 300 },
    );
  });
});

type Act = {
  what: "admit" | "report" | "result" | "lapse" | "pause";
  pick: number;
  usage: {
    input_tokens: number;
    output_tokens: number;
    duration_ms: number;
    cost_source: "reported" | "computed" | "unpriced";
  };
  estimate: { input_tokens: number; output_tokens: number; cost_units: number };
  step: { skill?: string; model?: string; retry_count?: number };
};

function played(acts: readonly Act[], end: string, isLate: boolean): RunWriter {
  const writer = new RunWriter(acts.length % 2 === 0 ? EXAMPLE : NAMED);
  for (const act of acts) play(writer, act);
  const index = writer.rows.steps.length;
  if (end === "complete") writer.complete();
  if (end === "stop") {
    writer.stop({ step_index: index, reason: "over", source: "limit", violation_type: "custom_rule", severity: "low" });
  }
  const open = writer.rows.steps.find((row) => row.state === "presumed");
  const [act] = acts;
  if (isLate && open && act) writer.result({ ...ids(open), step: act.step }, act.usage, "late");
  return writer;
}

function play(writer: RunWriter, { what, pick, usage, estimate, step }: Act): void {
  const next = { stepIndex: writer.rows.steps.length + 1, stepType: "llm_call", step };
  const open = writer.rows.steps.filter((row) => row.state === "open" || (row.state === "lapsed" && what === "result"));
  const chosen = open[pick % Math.max(1, open.length)];
  const priced = usage.cost_source === "unpriced" ? usage : { ...usage, cost_units: pick % 1_000_000 };
  if (what === "admit") writer.admit({ ...next, action: pick % 2 ? "warn" : "allow" }, estimate);
  if (what === "report") writer.report({ ...next, isAnswered: true }, priced);
  if (what === "pause") writer.pauseAndRelease();
  if (what === "lapse" && chosen) writer.lapse(ids(chosen));
  if (what === "result" && chosen) writer.result({ ...ids(chosen), step }, priced);
}

function ids(row: { stepIndex: number; stepType: string }): { stepIndex: number; stepType: string } {
  return { stepIndex: row.stepIndex, stepType: row.stepType };
}

function withoutNul(text: string): string {
  return text.replaceAll("\0", "");
}

function namedRun(): RunWriter {
  return liveRun(NAMED);
}

function liveRun(who: Who = EXAMPLE): RunWriter {
  const writer = new RunWriter(who);
  const step = { stepIndex: 1, stepType: "input" };
  writer.admit(step, { input_tokens: 1, output_tokens: 2, cost_units: 3 });
  writer.admit({ ...step, stepIndex: 2 }, { input_tokens: 0, output_tokens: 0, cost_units: 0 });
  writer.lapse({ ...step, stepIndex: 2 });
  return writer;
}

/** Changes the receipt in the answer of the step that stopped the run. */
function changeReceipt(rows: RunRows, change: (note: string) => string): void {
  const row = rows.records[3];
  const note = row && receiptOf(row.hash, row.answer ?? Buffer.alloc(0));
  if (!row?.answer || !note) throw new Error("no receipt there");
  const [before] = Buffer.from(row.answer).toString("utf8").split(',"content_hash"');
  row.answer = answerBytes(`${before}}`, row.hash, change(note));
}

function duplicate(rows: unknown[], at: number): void {
  rows.splice(at, 0, rows[at]);
}

// Buffers are shared between the rows of one run (a head is a hash); a test that fills one must not fill the other.
function isolate(rows: RunRows): void {
  const separate = (row: object): void => {
    for (const [column, value] of Object.entries(row)) {
      if (value instanceof Uint8Array) Object.assign(row, { [column]: Buffer.from(value) });
    }
  };
  for (const row of [rows.run, rows.trace, rows.snapshot ?? {}, ...rows.records, ...rows.steps]) separate(row);
}

/** Changes a record's body and makes its own bytes, hash and answer fit again, after the record before it. */
function forge(rows: RunRows, at: number): void {
  const row = rows.records[at];
  const before = rows.records[at - 1];
  if (!row || !before) throw new Error("no such record");
  row.canonical = recordBytes({ ...row, body: { ...bodyIn(row.canonical), forged: true } });
  row.hash = row.kind === "late" ? addendumHash(before.hash, row.canonical) : recordHash(before.hash, row.canonical);
  const text = `${
    Buffer.from(row.answer ?? [])
      .toString("utf8")
      .split(',"content_hash"')[0]
  }}`;
  if (row.answer !== null) row.answer = answerBytes(text, row.hash);
}
