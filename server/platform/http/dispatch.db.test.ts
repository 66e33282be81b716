import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { outbox } from "@/db/schema/audit";
import type { Principal } from "@/server/platform/auth/principal";
import { type MintedTenant, mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect } from "@/server/platform/db/testing/test-database";
import { endpoint, listEndpoint } from "@/server/platform/http/contract";
import type { Services } from "@/server/platform/http/dispatch";
import { handle } from "@/server/platform/http/handle";
import { forgetOldAnswers } from "@/server/platform/http/idempotency";
import { listPage } from "@/server/platform/http/list";
import { routerOn } from "@/server/platform/http/mount";
import { Conflict } from "@/server/platform/http/problem";
import { registryOf } from "@/server/platform/http/registry";

const createEvent = endpoint({
  id: "events.create",
  method: "POST",
  path: "/api/v1/test-events",
  permission: "policies:manage",
  audit: "event.created",
  status: 201,
  body: z.object({
    topic: z.string().max(50),
    fail: z.boolean().default(false),
    tags: z.record(z.string(), z.string()).default({}),
  }),
  returns: z.object({ id: z.string(), topic: z.string() }),
});
const listEvents = listEndpoint({
  id: "events.list",
  path: "/api/v1/test-events",
  permission: "policies:read",
  item: z.object({ id: z.string(), topic: z.string() }),
  filters: { prefix: z.string().max(10) },
  sort: ["recorded_at", "topic"],
  defaultSort: "-recorded_at",
});

let executed = 0;
const registry = registryOf([
  handle(createEvent, async (cx, { body }) => {
    executed += 1;
    const id = crypto.randomUUID();
    const recordedAt = await cx.db.now();
    await cx.db.insert(outbox, { id, recordedAt, topic: body.topic, entityId: "e", payload: {} });
    await cx.audit({ entity_type: "event", entity_id: id, after: { id, topic: body.topic } });
    if (body.fail) throw Conflict.with();
    return { id, topic: body.topic };
  }),
  handle(listEvents, (cx, { query }) =>
    listPage(cx.db, query, {
      table: outbox,
      where: query.prefix === undefined ? undefined : sql`${outbox.topic} like ${`${query.prefix}%`}`,
      sorts: { recorded_at: outbox.recordedAt, topic: outbox.topic },
      id: outbox.id,
      item: (row) => ({ id: row.id, topic: row.topic }),
    }),
  ),
]);

const principals = new Map<string, Principal>();
const services: Services = {
  resolvePrincipal: async (request) => principals.get(request.headers.get("authorization") ?? "") ?? null,
  takeRate: () => {},
};
const route = routerOn(registry, services);
let one: MintedTenant;
let other: MintedTenant;

beforeAll(async () => {
  [one, other] = [await mintTenant(), await mintTenant()];
  principals.set("one", one.keyPrincipal);
  principals.set("one-user", one.principal);
  principals.set("other", other.keyPrincipal);
});

async function send(as: string, body: unknown, key?: string) {
  const headers = { authorization: as, "content-type": "application/json", ...(key ? { "idempotency-key": key } : {}) };
  const init = { method: "POST", headers, body: JSON.stringify(body) };
  const response = await route(new Request("http://h.test/api/v1/test-events", init));
  if (!response) throw new Error("not found");
  return {
    status: response.status,
    replayed: response.headers.get("idempotent-replayed"),
    text: await response.text(),
  };
}

async function list(as: string, query: string) {
  const request = new Request(`http://h.test/api/v1/test-events?${query}`, { headers: { authorization: as } });
  const response = await route(request);
  return { status: response?.status, json: await response?.json() };
}

describe("Idempotency-Key", () => {
  it("A7: 64 at once execute one and give 64 equal answers", async () => {
    executed = 0;
    const answers = await Promise.all(Array.from({ length: 64 }, () => send("one", { topic: "a7" }, "a7-key")));
    expect(executed).toBe(1);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(answers.filter(({ replayed }) => replayed === "true")).toHaveLength(63);
    const [row] = await inspect()`select count(*)::int as n from outbox where topic = 'a7'`;
    const [audit] = await inspect()`select count(*)::int as n from audit_logs where tenant_id = ${one.tenantId}`;
    expect([row?.n, audit?.n]).toEqual([1, 1]);
  });

  it("A6: with another body it is refused and nothing is written", async () => {
    await send("one", { topic: "a6", tags: { a: "1", b: "2" } }, "a6-key");
    const refused = await send("one", { topic: "a6-other" }, "a6-key");
    expect([refused.status, JSON.parse(refused.text).type.split("/").at(-1)]).toEqual([422, "idempotency-key-reused"]);
    const [row] = await inspect()`select count(*)::int as n from outbox where topic = 'a6-other'`;
    expect(row?.n).toBe(0);
    expect((await send("one", { tags: { b: "2", a: "1" }, topic: "a6" }, "a6-key")).replayed).toBe("true");
  });

  it("belongs to one principal", async () => {
    const answers = [];
    for (const as of ["one", "one-user", "other"]) answers.push(await send(as, { topic: "mine" }, "shared-key"));
    expect(answers.map(({ status, replayed }) => [status, replayed])).toEqual(Array(3).fill([201, null]));
  });

  it("keeps nothing of a request that failed", async () => {
    expect((await send("one", { topic: "fails", fail: true }, "fail-key")).status).toBe(409);
    expect((await send("one", { topic: "fails" }, "fail-key")).status).toBe(201);
    const [row] = await inspect()`select count(*)::int as n from outbox where topic = 'fails'`;
    expect(row?.n).toBe(1);
  });

  it("is forgotten after a day, not before", async () => {
    await send("one", { topic: "old" }, "old-key");
    expect(await forgetOldAnswers()).toBe(0);
    await inspect()`update idempotency_keys set created_at = created_at - interval '25 hours' where key = 'old-key'`;
    expect(await forgetOldAnswers()).toBe(1);
  });
});

describe("lists", () => {
  beforeAll(async () => {
    const sql = inspect();
    // Pairs share their instant, so that the id has to break ties.
    await sql`insert into outbox (tenant_id, id, recorded_at, topic, entity_id, payload)
      select ${other.tenantId}, gen_random_uuid(), timestamptz '2026-01-01Z' + (n / 2) * interval '1 second',
        'list-' || lpad(n::text, 5, '0'), 'e', '{}'::jsonb from generate_series(1, 45) n`;
  });

  it("by page: O2 with exact totals, filters and sort", async () => {
    const { json } = await list("other", "prefix=list&page=3&sort=topic");
    expect(json.items.map((item: { topic: string }) => item.topic)).toEqual(
      [41, 42, 43, 44, 45].map((n) => `list-000${n}`),
    );
    expect(json.pagination).toEqual({ total: 45, page: 3, page_size: 20, next_cursor: null });
    expect(json.filters_applied).toEqual({ prefix: "list" });
    expect(json.sort).toEqual({ field: "topic", direction: "asc" });
  });

  it.each(["recorded_at", "-recorded_at", "topic", "-topic"])("by cursor over %s: each row once", async (sort) => {
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const { json } = await list("other", `prefix=list&page_size=7&sort=${sort}${cursor && `&cursor=${cursor}`}`);
      seen.push(...json.items.map((item: { id: string }) => item.id));
      expect(json.pagination.page).toBe(cursor === "" ? 1 : null);
      cursor = json.pagination.next_cursor;
    }
    expect([seen.length, new Set(seen).size]).toEqual([45, 45]);
  });

  it("refuse what is no cursor of theirs", async () => {
    const first = await list("other", "page_size=1&sort=topic");
    const cursor = first.json.pagination.next_cursor;
    const forged = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    for (const query of [
      `cursor=${cursor}&sort=-topic`,
      `cursor=${cursor}&sort=topic&page=1`,
      "cursor=x",
      `cursor=${forged(["-recorded_at", "no date", one.tenantId])}`,
      `cursor=${forged(["-recorded_at", "2026-01-01T00:00:00.000Z", "no uuid"])}`,
      `cursor=${forged(["-recorded_at", "+275760-09-13T00:00:00.000Z", one.tenantId])}`,
      "page_size=101",
      "page=0",
      "page=1e2",
      "sort=id",
      "unknown=1",
    ]) {
      expect([query, (await list("other", query)).status]).toEqual([query, 422]);
    }
  });

  it("show no row of another tenant", async () => {
    expect((await list("one", "prefix=list")).json.pagination.total).toBe(0);
  });

  it("count exactly up to ten thousand", async () => {
    await inspect()`insert into outbox (tenant_id, id, recorded_at, topic, entity_id, payload)
      select ${other.tenantId}, gen_random_uuid(), clock_timestamp(), 'many', 'e', '{}'::jsonb from generate_series(1, 10001)`;
    const { json } = await list("other", "prefix=many");
    expect(json.pagination).toMatchObject({ total: 10_000, total_is_lower_bound: true });
  });
});
