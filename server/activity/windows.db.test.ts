// Timelines, events and verification of runs that are not the brief's story: short, live, paused, refused, long.

import { v7 as uuidv7 } from "uuid";
import { beforeAll, describe, expect, it } from "vitest";
import { steps, traceRecords } from "@/db/schema/activity";
import { completedRun } from "@/server/evidence/testing/example-run";
import { TENANT } from "@/server/evidence/testing/run-writer";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { asTenant } from "@/server/platform/db/tenant-db";
import { replayTimeline } from "./replay-timeline";
import { runEventsAfter } from "./run-events";
import { ended, get, page, putRuns, putTenant, putWritten, runRow, viewer, walk } from "./testing/world";
import { verifyRunById } from "./verify-run";

const tenantId = uuidv7();
const me = viewer(tenantId);
const system = systemPrincipal(tenantId, "test");
const start = new Date("2026-03-01T12:00:00.000Z");
const at = (ms: number) => new Date(start.getTime() + ms);

beforeAll(async () => {
  await putTenant(tenantId);
});

async function put(over: Parameters<typeof runRow>[0]) {
  const row = runRow({ startedAt: start, ...over });
  await putRuns(tenantId, [row]);
  return row;
}

function timeline(traceId: string) {
  return asTenant(system, (db) => replayTimeline(db, traceId));
}

describe("the window", () => {
  it("is sixty seconds wide around the completion of a run of two seconds", async () => {
    const { traceId } = await put(ended("succeeded", at(2_000)));
    const replay = await timeline(traceId);
    expect(replay?.window).toEqual({
      ...{ from: at(-28_000).toISOString(), to: at(32_000).toISOString(), centre: at(2_000).toISOString() },
      ...{ centred_on: "completion", truncated: false },
    });
    expect(replay).toMatchObject({
      timeline: [{ action: "run", outcome: "started", offset_ms: 28_000 }],
      inflection: null,
    });
  });

  it("stands on the start of a run that lives, and is empty of what has not happened", async () => {
    const { traceId } = await put({});
    const replay = await timeline(traceId);
    expect(replay?.window).toMatchObject({ centre: start.toISOString(), centred_on: "start" });
    expect(replay?.timeline.map((event) => event.offset_ms)).toEqual([30_000]);
  });

  it("leaves out what happened earlier, the start too", async () => {
    const { traceId } = await put(ended("failed", at(3_600_000)));
    expect((await timeline(traceId))?.timeline).toEqual([]);
  });
});

describe("a hot run", () => {
  const count = 2_300;
  const row = runRow({ startedAt: start, seq: count, lastStepIndex: count, ...ended("succeeded", at(count)) });
  const bytes = Buffer.alloc(32, 7);

  beforeAll(async () => {
    await putRuns(tenantId, [row]);
    const numbers = Array.from({ length: count }, (_, n) => n + 1);
    await asTenant(system, async (db) => {
      for (let from = 0; from < count; from += 500) {
        const some = numbers.slice(from, from + 500);
        const shared = (n: number) => ({ runId: row.runId, stepIndex: n, stepType: "llm_call", recordedAt: at(n) });
        await db.insert(
          steps,
          some.map((n) => ({
            ...shared(n),
            state: "settled",
            action: "allow",
            resultSeq: n,
            inputTokens: 1,
            outputTokens: 2,
          })),
        );
        await db.insert(
          traceRecords,
          some.map((n) => ({
            ...shared(n),
            seq: n,
            kind: "report",
            canonical: bytes,
            hash: bytes,
            body: { step: {} },
          })),
        );
      }
    });
  });

  it("shows what lies nearest to the centre and says that there is more", async () => {
    const replay = await timeline(row.traceId);
    expect(replay?.window.truncated).toBe(true);
    expect(replay?.timeline.length).toBeLessThan(600);
  });

  it("is walked step by step, each once and in order", async () => {
    const items = await walk(me, `/traces/${row.traceId}/steps?page_size=100`);
    expect(items.map((item) => item.step_index)).toEqual(Array.from({ length: count }, (_, n) => n + 1));
    expect((await page(me, `/traces/${row.traceId}/steps`)).pagination.total).toBe(count);
  });

  it("tells its events in pages of five hundred records", async () => {
    const seen: (number | null)[] = [];
    let pages = 0;
    for (let seq = 0, ended = false; !ended; pages += 1) {
      const told = await asTenant(system, (db) => runEventsAfter(db, row.runId, seq));
      seen.push(...(told?.events ?? []).map((event) => event.id));
      ({ last_seq: seq = 0, ended = true } = told ?? {});
    }
    expect([pages, seen.length, seen.at(-1)]).toEqual([5, count, count]);
  });
});

describe("verification", () => {
  const one = systemPrincipal(TENANT, "test");

  it("holds for a pause, a lapse and a step that stayed open, and knows no run that is not there", async () => {
    await putTenant(TENANT);
    const { rows } = completedRun();
    await putWritten(rows);
    const verified = await asTenant(one, (db) => verifyRunById(db, rows.run.runId));
    expect(verified).toMatchObject({ verified: true, sealed: true, checked: rows.run.seq });
    expect(await asTenant(one, (db) => verifyRunById(db, uuidv7()))).toBeNull();
    const told = await asTenant(one, (db) => runEventsAfter(db, rows.run.runId, 0));
    const statuses = told?.events.filter((event) => event.event === "status").map((event) => event.data.status);
    expect(statuses).toEqual(["paused", "running", "succeeded"]);
    expect(told?.events.flatMap((event) => event.id ?? [])).toEqual(rows.records.map((record) => record.seq));
  });
});

describe("actions on a live run", () => {
  it("follow its state and the viewer's permissions", async () => {
    const running = await put({ startedBy: "key:someone" });
    const paused = await put({ status: "paused", startedBy: `user:${me.kind === "user" ? me.userId : ""}` });
    const admin = viewer(tenantId, "admin");
    const actions = async (principal: typeof me, runId: string) =>
      (
        (await get(principal, `/activity/${runId}`)).body.actions as {
          action: string;
          enabled: boolean;
          reason: string;
        }[]
      ).map(({ action, enabled }) => `${action}:${enabled}`);
    expect(await actions(admin, running.runId)).toEqual(["cancel:true", "release:false", "replay:true"]);
    expect(await actions(me, running.runId)).toEqual(["cancel:false", "release:false", "replay:false"]);
    expect(await actions(admin, paused.runId)).toEqual(["cancel:true", "release:true", "replay:true"]);
    const { body } = await get(viewer(me.tenantId), `/activity/${paused.runId}`);
    expect(body.actions).toContainEqual(
      expect.objectContaining({
        action: "release",
        reason: "An owner or an admin decides: it needs policies:override.",
      }),
    );
  });
});
