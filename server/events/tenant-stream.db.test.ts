// GET /api/v1/events: a tenant's events, each once and in order, for whoever may see them and as long as they may.

import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { GET } from "@/app/api/v1/events/route";
import { runs } from "@/db/schema/activity";
import type { EventTopic } from "@/db/vocabulary";
import { writeOutbox } from "@/server/platform/audit/audit";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { watchStatements } from "@/server/platform/db/connection";
import { asTenant } from "@/server/platform/db/tenant-db";
import { removeTenantPredicate } from "@/server/platform/db/tenant-predicate";
import { inspect } from "@/server/platform/db/testing/test-database";
import { once } from "@/server/platform/env/once";
import { type KeySeat, newKey, newSeat, newTenant, type Seat, send, sent } from "@/server/testing/callers";
import { isStreamPath, streamFetch } from "./front-door";
import { startRelay } from "./relay";
import { StreamReader } from "./testing/stream-reader";

let relay: { stop(): Promise<void> };
let tenantId: string;
let owner: Seat;
let key: KeySeat;

beforeAll(() => {
  relay = startRelay();
});
afterAll(() => relay.stop());
beforeEach(async () => {
  tenantId = await newTenant("events");
  owner = await newSeat(tenantId, "owner");
  key = await newKey(tenantId);
});

let said = 0;

async function say(tenant: string, count: number, topic: EventTopic = "run.started", words = ""): Promise<void> {
  const events = Array.from({ length: count }, () => {
    said += 1;
    return { topic, entity_id: `e${said}`, payload: { n: said, words } };
  });
  await asTenant(systemPrincipal(tenant, "test"), (db) => writeOutbox(db, events));
}

async function numbered(tenant: string, count: number): Promise<void> {
  for (let n = 0; n < count; ) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    n =
      (await inspect()<{ n: number }[]>`select count(*)::int as n from events where tenant_id = ${tenant}`)[0]?.n ?? 0;
  }
}

describe("the tenant's event stream", () => {
  it("tells where it stands, and then what happens, with its number, within a tenth of a second or two", async () => {
    await say(tenantId, 3);
    await numbered(tenantId, 3);
    const stream = await StreamReader.open(key.headers);
    await stream.until(() => stream.told.length === 1);
    expect(stream.told).toEqual([{ event: "open", id: 3, data: { seq: 3 } }]);
    const at = performance.now();
    await say(tenantId, 1);
    await stream.until(() => stream.told.length === 2);
    // Ten times what it takes.
    expect(performance.now() - at).toBeLessThan(2_500);
    expect(stream.told[1]).toEqual({
      event: "run.started",
      id: 4,
      data: {
        ...{ seq: 4, at: expect.stringMatching(/^\d{4}-.*Z$/), topic: "run.started", entity_id: `e${said}` },
        payload: { n: said, words: "" },
      },
    });
    expect(stream.response.headers.get("content-type")).toBe("text/event-stream");
    await stream.cancel();
  });

  it("tells each event once, over reconnects in the middle of whatever comes, by id or by ?after", async () => {
    const told: number[] = [];
    let lastId = 0;
    const writing = (async () => {
      for (let n = 0; n < 40; n += 1) await say(tenantId, 50);
    })();
    for (let turn = 0; told.length < 2_000; turn += 1) {
      const stream = await StreamReader.open(key.headers, turn % 2 === 0 ? { after: lastId } : { lastId });
      const enough = Math.min(150, 2_000 - told.length);
      await stream.until(() => stream.told.length > enough);
      told.push(...stream.told.slice(1).map(({ id }) => id ?? -1));
      lastId = stream.lastId;
      await stream.cancel();
    }
    await writing;
    expect(told).toEqual(Array.from({ length: 2_000 }, (_, n) => n + 1));
  }, 60_000);

  it("serves both doors", async () => {
    expect(["/api/v1/events", "/api/v1/events/"].every(isStreamPath)).toBe(true);
    expect(["/api/v1/eventsx", "/api/v1/runs/x/events"].some(isStreamPath)).toBe(false);
    await say(tenantId, 1);
    await numbered(tenantId, 1);
    const request = () => new Request("http://localhost/api/v1/events?after=0", { headers: key.headers });
    const texts = [];
    for (const response of [await streamFetch(request()), await GET(request(), { params: Promise.resolve({}) })]) {
      const reader = response.body?.getReader();
      let text = "";
      while (!text.includes("run.started")) text += Buffer.from((await reader?.read())?.value ?? []).toString("utf8");
      await reader?.cancel();
      texts.push(text);
    }
    expect(texts[0]).toBe(texts[1]);
  });

  it("says `reset` to who was left behind: what it missed has been taken away, or the log is another one", async () => {
    await say(tenantId, 5);
    await numbered(tenantId, 5);
    const ahead = await StreamReader.open(key.headers, { lastId: 17 });
    await ahead.until(() => ahead.told.length === 1);
    expect(ahead.told).toEqual([{ event: "reset", id: 5, data: { seq: 5 } }]);
    await ahead.cancel();
    await inspect().begin(async (sql) => {
      await sql`set local session_replication_role = replica`;
      await sql`delete from events where tenant_id = ${tenantId} and seq <= 3`;
    });
    const behind = await StreamReader.open(key.headers, { lastId: 1 });
    await behind.until(() => behind.told.length === 4);
    expect(behind.told.map(({ event, id, data }) => [event, id, data.seq])).toEqual([
      ["open", 1, 1],
      ["reset", null, 3],
      ["run.started", 4, 4],
      ["run.started", 5, 5],
    ]);
    await behind.cancel();
  });

  it("refuses an id that is none, and more streams than one may have", async () => {
    expect((await send({ ...key.headers, "last-event-id": "soon" }, "/events")).status).toBe(422);
    expect((await send(key.headers, "/events?after=-1")).status).toBe(422);
    const open = await Promise.all(Array.from({ length: 20 }, () => StreamReader.open(key.headers)));
    const refused = await send(key.headers, "/events");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "5"]);
    await Promise.all(open.map((stream) => stream.cancel()));
    expect(once("streams", () => new Map()).size).toBe(0);
  });

  it("does not read ahead of a reader that does not, and lets go of one that takes nothing for two minutes", async () => {
    await say(tenantId, 3_000, "run.started", "x".repeat(1_000));
    await numbered(tenantId, 3_000);
    let reads = 0;
    const watched = watchStatements(({ text }) => {
      if (/from "events" where .*"seq" >/.test(text)) reads += 1;
    });
    const inTime = setTimeout;
    const waits = vi
      .spyOn(globalThis, "setTimeout")
      .mockImplementation(((work: () => void, ms: number) =>
        inTime(work, ms === 120_000 ? 1_000 : ms)) as typeof setTimeout);
    try {
      const stream = await StreamReader.open(key.headers, { after: 0 });
      await new Promise((resolve) => inTime(resolve, 500));
      expect(reads).toBe(1);
      expect(once("streams", () => new Map()).size).toBe(1);
      await new Promise((resolve) => inTime(resolve, 1_000));
      expect(once("streams", () => new Map()).size).toBe(0);
      await stream.until(() => stream.isOver);
      expect(stream.told.length).toBeLessThan(500);
      expect(reads).toBe(1);
    } finally {
      waits.mockRestore();
      watched.restore();
    }
  });
});

describe("who reads", () => {
  it.each([
    [
      "a key that is revoked",
      async () => {
        await sent(owner.headers, `/connectivity/api-keys/${key.keyId}`, { method: "DELETE", body: {} });
        return key.headers;
      },
    ],
    [
      "a member whose session is ended",
      async () => {
        await inspect()`delete from sessions where id = ${owner.sessionId}`;
        return owner.headers;
      },
    ],
  ])("D7: %s is told so within five seconds, and nothing after", async (name, take) => {
    const headers = name.startsWith("a key") ? key.headers : owner.headers;
    const stream = await StreamReader.open(headers);
    await stream.until(() => stream.told.length === 1);
    await take();
    const at = performance.now();
    let isWriting = true;
    const writing = (async () => {
      while (isWriting) {
        await say(tenantId, 1);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    })();
    await stream.until(() => stream.isOver);
    isWriting = false;
    await writing;
    expect(performance.now() - at).toBeLessThan(50_000);
    expect(stream.told.at(-1)?.event).toBe("revoked");
  });

  it("is told of what it may read, and not of the rest", async () => {
    const narrow = await newKey(tenantId, { scopes: ["activity:read", "runs:read"] });
    await say(tenantId, 1, "incident.created");
    await say(tenantId, 1, "policy.changed");
    await say(tenantId, 1, "run.started");
    await inspect()`
      insert into outbox (tenant_id, id, recorded_at, topic, entity_id, payload)
      values (${tenantId}, gen_random_uuid(), now(), 'nobody.knows', 'x', '{}')`;
    await say(tenantId, 1, "run.ended");
    await numbered(tenantId, 5);
    const seen: string[][] = [];
    for (const { headers } of [narrow, key]) {
      const stream = await StreamReader.open(headers, { after: 0 });
      await stream.until(() => stream.told.some(({ event }) => event === "run.ended"));
      seen.push(stream.told.map(({ event }) => event));
      await stream.cancel();
    }
    expect(seen).toEqual([
      ["open", "run.started", "run.ended"],
      ["open", "incident.created", "policy.changed", "run.started", "run.ended"],
    ]);
  });

  it.each([
    ["with both locks", false],
    ["with TenantDb's predicate removed", true],
  ])("D5: gets its own tenant's events and no word of another's: %s", async (_how, isBare) => {
    const other = await newTenant("other");
    const theirs = await newKey(other);
    const removed = isBare ? removeTenantPredicate() : null;
    try {
      const streams = await Promise.all([key, theirs].map(({ headers }) => StreamReader.open(headers, { after: 0 })));
      for (let n = 0; n < 20; n += 1) {
        await Promise.all([
          say(tenantId, 5, "run.started", "canary-ours"),
          say(other, 5, "run.started", "canary-theirs"),
        ]);
      }
      for (const stream of streams) await stream.until(() => stream.told.length === 101);
      const [ours, foreign] = streams.map(({ told }) => JSON.stringify(told));
      expect(ours).not.toContain("canary-theirs");
      expect(foreign).not.toContain("canary-ours");
      for (const { told } of streams)
        expect(told.slice(1).map(({ id }) => id)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
      await Promise.all(streams.map((stream) => stream.cancel()));
    } finally {
      removed?.restore();
    }
  });
});

it("hears of what the gate does", async () => {
  const stream = await StreamReader.open(owner.headers);
  const run = await sent(key.headers, "/runs", { body: { agent_id: "a" } });
  await stream.until(() => stream.told.length === 2);
  expect(stream.told[1]).toMatchObject({ event: "run.started", data: { entity_id: run.run_id } });
  const mine = await asTenant(systemPrincipal(tenantId, "test"), (db) => db.rows(runs));
  expect(mine.map(({ runId }) => runId)).toEqual([run.run_id]);
  await stream.cancel();
});
