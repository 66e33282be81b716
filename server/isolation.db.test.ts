// Two tenants with the same run, step and agent ids; everything either may ask, asked by everybody about everything.

import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { removeTenantPredicate } from "@/server/platform/db/tenant-predicate";
import { inspect } from "@/server/platform/db/testing/test-database";
import { absentId } from "@/server/platform/http/testing/operation-calls";
import { answerOf, host, send, sent } from "@/server/testing/callers";
import { goodBodies } from "@/server/testing/good-bodies";
import {
  callAs,
  callersOf,
  foreignMarks,
  hasIds,
  nobodysIds,
  operations,
  ownIds,
  rowsOf,
  type Seen,
  slugOf,
  wholeOf,
} from "@/server/testing/sweep";
import { makeWorld, sharedRuns, type World } from "@/server/testing/tenant-world";

type Pair = { ours: World; theirs: World };

async function makePair(n: number): Promise<Pair> {
  const run = (side: number) => `0197c000-0000-7000-8000-00000000${n}00${side}`;
  return { ours: await makeWorld(`canaryours${n}`, run(1)), theirs: await makeWorld(`canarytheirs${n}`, run(2)) };
}

/** Opened by a secret in its address that works once, so there is no id of one's own to ask it with. */
const openedBySecret = new Set(["account.invitations.accept"]);

/** The matrix. What comes back is empty when nothing is wrong. */
async function sweep({ ours, theirs }: Pair): Promise<string[]> {
  const marks = await foreignMarks(ours, theirs);
  const faults: string[] = [];
  for (const caller of callersOf(ours)) {
    for (const endpoint of operations) {
      const where = `${endpoint.id} as ${caller.name}`;
      const allowed = endpoint.permission === "none" || caller.may(endpoint.permission);
      const check = (seen: Seen, kind: string, sentId = "") => {
        const leaked = marks(sentId === "" ? seen.text : seen.text.replaceAll(sentId, "<id>"));
        if (leaked.length > 0) faults.push(`${where}, ${kind} id, leaks ${leaked}: ${seen.text}`);
        if (seen.status >= 500) faults.push(`${where}, ${kind} id: ${seen.text}`);
        const expected = caller.expects === 401 && endpoint.permission !== "none" ? 401 : 403;
        const isClosed = seen.status === expected && (expected === 401 || slugOf(seen) === "forbidden");
        if (!allowed && !isClosed) faults.push(`${where}, ${kind} id, should be ${expected}: ${seen.text}`);
      };
      if (hasIds(endpoint)) {
        const foreign = await callAs(caller.headers, endpoint, { ids: ownIds(theirs) });
        const absent = await callAs(caller.headers, endpoint, { ids: nobodysIds });
        check(foreign, "foreign");
        check(absent, "absent");
        if (foreign.text !== absent.text)
          faults.push(`${where} differs:\n${foreign.text}\n--- absent:\n${absent.text}`);
        if (allowed && absent.status !== 404) faults.push(`${where}, absent id: ${absent.text}`);
      }
      const own = await callAs(caller.headers, endpoint, { ids: ownIds(ours) });
      check(own, "own");
      if (openedBySecret.has(endpoint.id)) continue;
      if (allowed && [401, 404, 422].includes(own.status)) faults.push(`${where}, own id: ${own.text}`);
      if (allowed && slugOf(own) === "forbidden") faults.push(`${where}, own id: ${own.text}`);
    }
  }
  return faults;
}

/** What both tenants have under one id is answered with the asker's own. */
async function sweepShared({ ours, theirs }: Pair): Promise<string[]> {
  const marks = await foreignMarks(ours, theirs);
  const faults: string[] = [];
  for (const endpoint of operations.filter(({ path, method }) => path.includes("{run_id}") && method === "GET")) {
    for (const runId of [sharedRuns.stopped, sharedRuns.succeeded, sharedRuns.failed]) {
      const seen = await callAs(ours.key.headers, endpoint, { ids: () => runId });
      if (seen.status !== 200 || marks(seen.text).length > 0)
        faults.push(`${endpoint.id}: ${marks(seen.text)} ${seen.text}`);
    }
  }
  for (const endpoint of operations.filter(({ path, method }) => method === "GET" && !path.includes("{"))) {
    const search = "page_size" in endpoint.query.shape ? "?page_size=100" : "";
    const seen = await callAs(ours.seats.owner.headers, endpoint, { ids: nobodysIds, search });
    if (seen.status !== 200 || marks(seen.text).length > 0)
      faults.push(`${endpoint.id}: ${marks(seen.text)} ${seen.text}`);
  }
  return faults;
}

/** Ids in queries and bodies, and cursors: of theirs and of nobody's they are told apart by nothing. */
async function sweepReferences({ ours, theirs }: Pair): Promise<string[]> {
  const marks = await foreignMarks(ours, theirs);
  const faults: string[] = [];
  const compare = async (what: string, ask: (id: string) => Promise<Seen>, id: string) => {
    const [foreign, absent] = [await ask(id), await ask(absentId)];
    const plain = (seen: Seen, own: string) => seen.text.replaceAll(own, "<id>");
    if (foreign.status >= 500) faults.push(`${what}: ${foreign.text}`);
    if (marks(plain(foreign, id)).length > 0) faults.push(`${what} leaks: ${foreign.text}`);
    if (plain(foreign, id) !== plain(absent, absentId))
      faults.push(`${what}:\n${foreign.text}\n--- absent:\n${absent.text}`);
  };
  for (const endpoint of operations.filter(({ method }) => method === "GET")) {
    for (const [name, schema] of Object.entries(endpoint.query.shape)) {
      const text = JSON.stringify(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
      if (!text.includes('"uuid"') && !/_id$/.test(name)) continue;
      const id = theirs.ids[name] ?? theirs.ids.incident_id ?? "";
      const ask = (value: string) =>
        callAs(ours.seats.owner.headers, endpoint, { ids: ownIds(ours), search: `?${name}=${value}` });
      await compare(`${endpoint.id}?${name}`, ask, id);
    }
  }
  for (const [id, body] of bodiesThatName()) {
    const endpoint = operations.find((candidate) => candidate.id === id);
    if (endpoint === undefined) throw new Error(`no operation ${id}`);
    for (const theirId of [
      theirs.ids.run_id,
      theirs.ids.policy_id,
      theirs.ids.key_id,
      theirs.tenantId,
      theirs.seats.owner.userId,
    ]) {
      const ask = (value: string) =>
        callAs(ours.seats.owner.headers, endpoint, { ids: ownIds(ours), body: body(value) });
      await compare(`${id} ${JSON.stringify(body("…"))}`, ask, theirId ?? "");
    }
  }
  const [entry] = await inspect()`select id from audit_logs where tenant_id = ${theirs.tenantId} limit 1`;
  const log = operations.find(({ id }) => id === "logs.get");
  if (log === undefined) throw new Error("no operation logs.get");
  await compare("an audit entry", (id) => callAs(ours.seats.owner.headers, log, { ids: () => id }), String(entry?.id));
  return [...faults, ...(await sweepCursors({ ours, theirs }, marks))];
}

function bodiesThatName(): [string, (id: string) => object][] {
  const of = (id: string) => goodBodies[id]?.(nobodysIds) ?? {};
  return [
    ["incidents.create", (id) => ({ title: "t", severity: "low", run_id: id })],
    ["incidents.create", (id) => ({ title: "t", severity: "low", policy_id: id })],
    ["logs.search", (id) => ({ filters: { run_id: id } })],
    ["logs.search", (id) => ({ filters: { entity_id: id } })],
    ["logs.search", (id) => ({ q: id })],
    ["incidents.escalate", (id) => ({ target: id, reason: "r" })],
    ["gate.set_freeze", (id) => ({ type: "key", id, reason: "r" })],
    ["gate.set_freeze", (id) => ({ type: "tenant", id, reason: "r" })],
    ["gate.set_freeze", (id) => ({ type: "run", id, reason: "r" })],
    ["policies.rules.create", (id) => ({ ...of("policies.rules.create"), scope: { type: "api_key", ids: [id] } })],
    ["policies.scopes.replace", (id) => ({ scopes: [{ type: "api_key", ids: [id] }], version: 1 })],
    ["policies.limits.create", (id) => ({ ...of("policies.limits.create"), scope: { type: "api_key", ids: [id] } })],
  ];
}

async function sweepCursors({ ours, theirs }: Pair, marks: (text: string) => string[]): Promise<string[]> {
  const faults: string[] = [];
  for (const endpoint of operations.filter(({ query }) => "cursor" in query.shape)) {
    const first = await callAs(theirs.seats.owner.headers, endpoint, { ids: ownIds(theirs), search: "?page_size=1" });
    const cursor = /"next_cursor":"([^"]+)"/.exec(first.text)?.[1];
    if (cursor === undefined) continue;
    const seen = await callAs(ours.seats.owner.headers, endpoint, {
      ids: ownIds(ours),
      search: `?cursor=${cursor}&page_size=100`,
    });
    if (seen.status !== 200 || marks(seen.text).length > 0)
      faults.push(`${endpoint.id} with their cursor: ${seen.text}`);
  }
  return faults;
}

/** Both write to a live run of one id while one of them listens: nothing of the other's goes down its stream. */
async function listen({ ours, theirs }: Pair): Promise<string> {
  const path = `/runs/${sharedRuns.idle}`;
  const gone = new AbortController();
  const events = await answerOf(
    new Request(`${host}/api/v1${path}/events`, { headers: ours.key.headers, signal: gone.signal }),
  );
  const whole = wholeOf(events);
  const step = (n: number, skill: string) => {
    const usage = { input_tokens: 1, output_tokens: 1, cost_cents: 1, duration_ms: 1 };
    return { step_index: n, step_type: "tool_call", skill, status: "success", usage };
  };
  for (let n = 2; n < 12; n += 1) {
    const both = [ours, theirs].map(({ key, canary }) => sent(key.headers, `${path}/steps`, { body: step(n, canary) }));
    await Promise.all(both);
  }
  for (const { key, canary } of [theirs, ours]) {
    await sent(key.headers, `${path}/complete`, { body: { status: "failed", error: { message: canary } } });
  }
  const { text } = await whole;
  gone.abort();
  return text;
}

describe.each([
  { lock: "D1: with both locks", isBare: false },
  { lock: "D2: with TenantDb's predicate removed, row security alone", isBare: true },
])("$lock", ({ isBare }) => {
  let pair: Pair;

  beforeAll(async () => {
    pair = await makePair(isBare ? 2 : 1);
  });

  const bare = async <T>(work: () => Promise<T>): Promise<T> => {
    if (!isBare) return work();
    const removed = removeTenantPredicate();
    try {
      return await work();
    } finally {
      removed.restore();
    }
  };

  test("ids in queries and bodies, and cursors, of theirs tell nothing", async () => {
    expect(await bare(() => sweepReferences(pair))).toEqual([]);
  });

  test("an id that both have shows one's own; no list holds anything of theirs", async () => {
    expect(await bare(() => sweepShared(pair))).toEqual([]);
  });

  test("a live stream of a run id that both have carries one's own events", async () => {
    const text = await bare(() => listen(pair));
    const marks = await foreignMarks(pair.ours, pair.theirs);
    expect(marks(text)).toEqual([]);
    expect(text.match(/^event: step$/gm)?.length).toBeGreaterThanOrEqual(11);
  });

  test("every operation × caller × own, foreign and absent ids: 0 leaks, foreign answered as absent", async () => {
    expect(await bare(() => sweep(pair))).toEqual([]);
  });

  test("what was written meanwhile stands where it belongs", async () => {
    const stray = async (of: World, other: World) =>
      (await rowsOf(of.tenantId)).filter((row) => row.includes(other.canary) || row.includes(other.tenantId));
    const { ours, theirs } = pair;
    expect([...(await stray(ours, theirs)), ...(await stray(theirs, ours))]).toEqual([]);
    const other = await send(pair.theirs.key.headers, `/runs/${pair.theirs.ids.run_id}/verify`);
    expect(other.body).toMatchObject({ verified: true });
  });
});

test("the sweep sees a leak when there is one: no predicate and no row security on incidents", async () => {
  const pair = await makePair(3);
  await inspect()`alter table incidents disable row level security`;
  const removed = removeTenantPredicate();
  try {
    expect((await sweepShared(pair)).some((fault) => fault.startsWith("incidents.list: canarytheirs3"))).toBe(true);
  } finally {
    removed.restore();
    await inspect()`alter table incidents enable row level security`;
  }
});

test("D1: every writing operation has a body to be asked with", () => {
  const writing = operations.filter(({ method }) => method !== "GET").map(({ id }) => id);
  expect(
    writing.filter((id) => !(id in goodBodies)),
    "add it to server/testing/good-bodies.ts",
  ).toEqual([]);
});
