// The brief's story: 15 000 tokens where 10 000 are allowed, stopped at step 3, and a result that came after the seal.

import { v7 as uuidv7 } from "uuid";
import { beforeAll, describe, expect, it } from "vitest";
import { type CanonicalObject, canonicalBytes } from "@/server/evidence/canonical";
import { exampleRun } from "@/server/evidence/testing/example-run";
import { TENANT } from "@/server/evidence/testing/run-writer";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { asTenant } from "@/server/platform/db/tenant-db";
import { inspect } from "@/server/platform/db/testing/test-database";
import { replayTimeline } from "./replay-timeline";
import { beforeTheStart, type RunEvent, runEventsAfter } from "./run-events";
import { get, page, putEnforcement, putSignal, putTenant, putWritten, type Row, viewer } from "./testing/world";
import { verifyRunById } from "./verify-run";

const rows = exampleRun().rows;
const { runId, traceId } = rows.run;
const me = viewer(TENANT);
const system = systemPrincipal(TENANT, "test");
const atStep3 = rows.records.find((record) => record.stepIndex === 3);
const violatedAt = rows.trace.violationTimestamp ?? new Date(0);

beforeAll(async () => {
  await putTenant(TENANT);
  await putWritten(rows, {
    startedBy: "key:k-1",
    memory: { excess: { input_tokens: 50, output_tokens: 3_250, cost_units: 1_638_000 }, unpriced: true },
  });
  const seq = atStep3?.seq ?? 0;
  await putSignal(TENANT, runId, {
    seq,
    signalType: "breach",
    percentage: "150",
    recordedAt: violatedAt,
    stepIndex: 3,
  });
  await putEnforcement(TENANT, runId, { seq, recordedAt: violatedAt });
});

describe("the run", () => {
  it("says how it ended, what broke and what is open", async () => {
    const { body } = await get(viewer(TENANT, "admin"), `/activity/${runId}`);
    expect(body).toMatchObject({
      entity: {
        ...{ run_id: runId, status: "failed_policy", termination_reason: "policy_block", stopped_at_step: 3 },
        ...{ goal: "Pay the open invoices", actor: { type: "human", id: "u-17" }, late_records: 1, incident_count: 1 },
        violation: { step_index: 3, policy_name: "Token Limit Policy", excess: "5000", excess_percentage: 50 },
        policy_snapshot: { policy_count: 1, content_hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
        ...{ overshoot: { tokens: 3_300, cost_cents: 163.8 }, cost_is_complete: false, risk_level: "VIOLATED" },
      },
      actions: [
        { action: "cancel", enabled: false, reason: "The run is over." },
        { action: "release", enabled: false },
        { action: "replay", enabled: true, reason: null },
      ],
    });
  });
});

describe("the trace", () => {
  it("shows inflection, seal and both totals", async () => {
    const { body } = await get(me, `/traces/${traceId}`);
    expect(body).toMatchObject({
      entity: {
        ...{ status: "failed", violation_step_index: 3, sealed: true, late_records: 1, run_status: "failed_policy" },
        seal: { records: rows.run.seq - 1, content: { status: "failed_policy", stopped_at_step: 3 } },
        totals: {
          sealed: { steps: 2, tokens: 15_000, cost_cents: 450, presumed_tokens: 150, unpriced_steps: 0 },
          with_addenda: { steps: 3, tokens: 15_130, cost_cents: 450, presumed_tokens: 0, unpriced_steps: 1 },
        },
      },
      actions: [{ action: "replay", enabled: false, reason: "This needs the permission activity:replay." }],
    });
  });

  it("is found by what it is about", async () => {
    const hash = `sha256:${Buffer.from(rows.trace.rootHash ?? []).toString("hex")}`;
    for (const query of [
      `run_id=${runId}`,
      "violated=true",
      "sealed=true",
      "status=failed",
      `root_hash=${hash}`,
      "agent=invoice-bot",
      `incident_id=${rows.run.incidentId}`,
    ]) {
      expect(
        (await page(me, `/traces?${query}`)).items.map((item) => item.trace_id),
        query,
      ).toEqual([traceId]);
    }
    for (const query of [
      "violated=false",
      "sealed=false",
      "status=running",
      "synthetic=true",
      `incident_id=${uuidv7()}`,
    ]) {
      expect((await page(me, `/traces?${query}`)).items, query).toEqual([]);
    }
    expect((await page(me, "/traces?sort=-violation_timestamp")).items).toHaveLength(1);
  });
});

describe("its steps", () => {
  it("are the view of their records, closing steps included", async () => {
    const { items, pagination } = await page(me, `/traces/${traceId}/steps`);
    expect(pagination.total).toBe(5);
    expect(items.map((step) => [step.step_number, step.type, step.status, step.is_inflection])).toEqual([
      [1, "llm_call", "ok", false],
      [2, "tool_call", "ok", false],
      [3, "llm_call", "violation", true],
      [4, "violation", "violation", false],
      [5, "stopped", "ok", false],
    ]);
    expect(items.map((step) => (step.records as Row[]).map((record) => record.kind))).toEqual([
      ["admission", "result"],
      ["admission", "late"],
      ["report"],
      ["violation"],
      ["stopped"],
    ]);
    expect(items[2]).toMatchObject({
      tokens: 10_000,
      cost_cents: 285,
      duration_ms: 15_000,
      level: "ERROR",
      claimed_status: "success",
    });
  });

  it("say null of what they do not have, and take their newest record's hash", async () => {
    const { items } = await page(me, `/traces/${traceId}/steps`);
    expect(items[1]).toMatchObject({ state: "late", cost_cents: null, cost_source: "unpriced", tokens: 130 });
    expect(items[3]).toMatchObject({ tokens: null, cost_cents: null, duration_ms: null });
    const records = items[0]?.records as Row[];
    expect(items[0]?.content_hash).toBe(records[1]?.content_hash);
  });

  it("page by cursor and filter", async () => {
    const first = await page(me, `/traces/${traceId}/steps?page_size=2`);
    const next = await page(me, `/traces/${traceId}/steps?page_size=2&cursor=${first.pagination.next_cursor}`);
    expect(next.items.map((step) => step.step_index)).toEqual([3, 4]);
    const closing = await page(me, `/traces/${traceId}/steps?type=violation,stopped&sort=-step_index`);
    expect(closing.items.map((step) => step.step_index)).toEqual([5, 4]);
    expect((await page(me, `/traces/${traceId}/steps?is_inflection=true`)).items).toHaveLength(1);
  });
});

describe("for another tenant", () => {
  it("nothing is there", async () => {
    const other = viewer(await putTenant());
    for (const path of [`/activity/${runId}`, `/traces/${traceId}`, `/traces/${traceId}/steps`, `/logs/${runId}`]) {
      const { status, body } = await get(other, path);
      const none = await get(other, path.replace(/[0-9a-f-]{36}/, uuidv7()));
      expect([status, body.detail]).toEqual([404, none.body.detail]);
    }
    const theirs = systemPrincipal(other.tenantId, "test");
    expect(await asTenant(theirs, (db) => verifyRunById(db, runId))).toBeNull();
    expect(await asTenant(theirs, (db) => replayTimeline(db, traceId))).toBeNull();
    expect(await asTenant(theirs, (db) => runEventsAfter(db, runId, 0))).toBeNull();
  });
});

describe("its events", () => {
  const told = (seq: number) => asTenant(system, (db) => runEventsAfter(db, runId, seq));

  it("tell every record in order, each under its seq", async () => {
    const all = await told(beforeTheStart);
    expect(all).toMatchObject({ ended: true, last_seq: rows.run.seq });
    expect(all?.events[0]).toMatchObject({ id: 0, event: "status", data: { status: "running" } });
    const identified = all?.events.flatMap((event) => event.id ?? []);
    expect(identified).toEqual([0, ...rows.records.map((record) => record.seq)]);
    const of3 = all?.events.filter((event) => event.data.seq === atStep3?.seq);
    expect(of3?.map((event) => [event.event, event.id])).toEqual([
      ["step", null],
      ["decision", null],
      ["signal", atStep3?.seq],
    ]);
    const over = all?.events.findLast((event) => event.event === "status");
    expect(over?.data).toMatchObject({
      status: "failed_policy",
      termination_reason: "policy_block",
      cancel_in_flight: true,
    });
  });

  it("resume anywhere without loss", async () => {
    const all = (await told(beforeTheStart))?.events ?? [];
    for (let cut = 1; cut < all.length; cut += 1) {
      const known = all.slice(0, cut).findLast((event) => event.id !== null)?.id ?? beforeTheStart;
      const rest: RunEvent[] = (await told(known))?.events ?? [];
      const position = all.findIndex((event) => event.id === known) + 1;
      expect(rest).toEqual(all.slice(position));
    }
    expect(await told(rows.run.seq)).toEqual({ events: [], last_seq: rows.run.seq, ended: true });
  });
});

describe("its timeline", () => {
  it("is sixty seconds around the violation, of all three sources on one scale", async () => {
    const replay = await asTenant(system, (db) => replayTimeline(db, traceId));
    expect(replay?.window).toEqual({
      from: new Date(violatedAt.getTime() - 30_000).toISOString(),
      to: new Date(violatedAt.getTime() + 30_000).toISOString(),
      ...{ centre: violatedAt.toISOString(), centred_on: "violation", truncated: false },
    });
    const events = replay?.timeline ?? [];
    expect(new Set(events.map((event) => event.source))).toEqual(new Set(["llm", "system", "policy"]));
    expect(events.map((event) => event.offset_ms)).toEqual(
      events.map((event) => event.offset_ms).toSorted((a, b) => a - b),
    );
    expect(events.filter((event) => event.is_inflection)).toMatchObject([
      { source: "llm", step_index: 3, outcome: "block stop" },
    ]);
    expect(events.map((event) => event.action)).toEqual(
      expect.arrayContaining([
        "run",
        "violation",
        "stopped",
        "signal breach",
        "enforcement stopped",
        "incident created",
      ]),
    );
    expect(replay?.inflection).toMatchObject({ step_index: 3, timestamp: violatedAt.toISOString() });
  });

  it("shows client times as claims", async () => {
    const replay = await asTenant(system, (db) => replayTimeline(db, traceId));
    expect(replay?.timeline.find((event) => event.claimed_at !== null)).toMatchObject({
      ...{ step_index: 1, claimed_at: "2026-01-22T09:30:00+00:00" },
      timestamp: rows.records[0]?.recordedAt.toISOString(),
    });
  });
});

describe("its verification", () => {
  const verify = () => asTenant(system, (db) => verifyRunById(db, runId));

  it("holds", async () => {
    expect(await verify()).toEqual({
      ...{ verified: true, sealed: true, checked: rows.run.seq, late_records: 1 },
      ...{ first_bad_seq: null, reason: null, checkpoint_size: null },
    });
  });

  it.each([
    ["a record", "trace_records", `${recordsSaying(950, 1)} where seq = 2`, "hash_mismatch"],
    ["a record's place", "trace_records", "step_index = 7 where seq = 2", "record_changed"],
    ["a step", "steps", "output_tokens = 1 where step_index = 3", "step_changed"],
    ["the run's end", "runs", "stopped_at_step = 2", "run_changed"],
    ["who the run is", "runs", "goal = 'none'", "run_changed"],
    ["what the run has used", "runs", "input_tokens = 2400", "run_changed"],
    ["the snapshot", "policy_snapshots", "policy_count = 2", "snapshot_changed"],
  ])("finds %s that a superuser changed", async (_, table, change, reason) => {
    const sql = inspect();
    await sql.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await tx.unsafe(`update ${table} set ${change}`);
    });
    expect(await verify()).toMatchObject({ verified: false, reason });
    await sql.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await tx.unsafe(`update ${table} set ${undo[change]}`);
    });
    expect(await verify()).toMatchObject({ verified: true });
  });

  const undo: Record<string, string> = {
    [`${recordsSaying(950, 1)} where seq = 2`]: `${recordsSaying(1, 950)} where seq = 2`,
    "step_index = 7 where seq = 2": "step_index = 1 where seq = 2",
    "output_tokens = 1 where step_index = 3": "output_tokens = 8550 where step_index = 3",
    "stopped_at_step = 2": "stopped_at_step = 3",
    "policy_count = 2": "policy_count = 1",
    "goal = 'none'": "goal = 'Pay the open invoices'",
    "input_tokens = 2400": "input_tokens = 2490",
  };

  it("finds snapshot bytes that are no longer theirs", async () => {
    const forged: CanonicalObject = { forged: true };
    const sql = inspect();
    await sql.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await tx`update policy_sets set canonical = ${canonicalBytes(forged)}`;
    });
    expect(await verify()).toMatchObject({ verified: false, reason: "policy_set_changed" });
  });
});

/** As a column's new value: the canonical bytes with other tokens in their usage. */
function recordsSaying(before: number, after: number): string {
  const usage = (tokens: number) => `'"input_tokens":${tokens},"output_tokens":4050'`;
  return `canonical = convert_to(replace(convert_from(canonical, 'UTF8'), ${usage(before)}, ${usage(after)}), 'UTF8')`;
}
