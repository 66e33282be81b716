// Everything on record as one list, the search over it, and the export of it.

import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { original } from "@/server/exports/record-csv";
import { inspect } from "@/server/platform/db/testing/test-database";
import { answerOf, type Headers, host, newKey, newTenant, send, sent } from "@/server/testing/callers";
import { makeWorld, sharedRuns, type World } from "@/server/testing/tenant-world";

let world: World;
beforeAll(async () => {
  world = await makeWorld("canarylogs", "0197e300-0000-7000-8000-000000000001");
});

type Line = Record<string, unknown> & { log_id: string; topic: string; time: string };
type Page = {
  items: Line[];
  pagination: { total: number; next_cursor: string | null };
  sources: { topic: string; state: string }[];
};
const list = async (headers: Headers, search = "") => (await sent(headers, `/logs${search}`)) as unknown as Page;
const search = async (body: object, headers = world.seats.auditor.headers) =>
  (await sent(headers, "/logs/search", { body })) as unknown as Page;

describe("GET /logs", () => {
  it("is the union of what the topics list, newest first, and says what it drew on", async () => {
    const { items, pagination, sources } = await list(world.seats.auditor.headers, "?page_size=100");
    const totals = await Promise.all(
      ["/logs/llm-runs", "/logs/audit"].map(async (path) => (await sent(world.seats.auditor.headers, path)).pagination),
    );
    expect(pagination.total).toBe(totals.reduce<number>((sum, of) => sum + Number(Object(of).total), 0));
    expect(items).toHaveLength(pagination.total);
    expect(items.map(({ time }) => time)).toEqual(
      items
        .map(({ time }) => time)
        .toSorted()
        .toReversed(),
    );
    expect(sources).toEqual([
      { topic: "llm_runs", state: "read" },
      { topic: "system", state: "not_collected" },
      { topic: "audit", state: "read" },
    ]);
    expect(items.find(({ log_id }) => log_id === sharedRuns.stopped)).toMatchObject({
      ...{ topic: "llm_runs", level: "ERROR", source: "gate", execution_status: "FAILED", actor_type: "key" },
      message: "shared-agent ended failed_policy: policy_block",
    });
    const deed = items.find(({ action }) => action === "incident.escalated");
    expect(deed).toMatchObject({ topic: "audit", level: "INFO", source: "incident", entity_type: "incident" });
    const one = await sent(world.seats.auditor.headers, `/logs/${deed?.log_id}`);
    expect(one).toMatchObject({ entity: { topic: "audit", action: "incident.escalated" } });
  });

  it("pages by cursor across topics without repeating or skipping, either way", async () => {
    for (const sort of ["time", "-time"]) {
      const whole = (await list(world.seats.auditor.headers, `?page_size=100&sort=${sort}`)).items;
      const found: Line[] = [];
      for (let cursor: string | null = ""; cursor !== null; ) {
        const at: string = cursor === "" ? "" : `&cursor=${cursor}`;
        const page: Page = await list(world.seats.auditor.headers, `?page_size=3&sort=${sort}${at}`);
        found.push(...page.items);
        cursor = page.pagination.next_cursor;
      }
      expect(found.map(({ log_id }) => log_id)).toEqual(whole.map(({ log_id }) => log_id));
      const third = await list(world.seats.auditor.headers, `?page_size=3&page=3&sort=${sort}`);
      expect(third.items.map(({ log_id }) => log_id)).toEqual(whole.slice(6, 9).map(({ log_id }) => log_id));
    }
  });

  it("says on every page how many there are, however they fall to the topics", async () => {
    for (const sort of ["time", "-time"] as const) {
      for (const q of ["a", "shared", "canarylogs", "escalated", "succeeded"]) {
        const all = await search({ q, sort, page_size: 100 });
        expect(all.items.length, q).toBe(all.pagination.total);
        const pages = [1, 2, 3, 5].filter((page) => (page - 1) * 3 < all.items.length);
        const totals = await Promise.all(
          pages.map(async (page) => (await search({ q, sort, page, page_size: 3 })).pagination.total),
        );
        expect(totals, `${q}, ${sort}`).toEqual(pages.map(() => all.pagination.total));
      }
    }
  });

  it("has the audit log only for who may read it", async () => {
    const viewer = await list(world.seats.viewer.headers, "?page_size=100");
    expect(new Set(viewer.items.map(({ topic }) => topic))).toEqual(new Set(["llm_runs"]));
    expect(viewer.sources.at(-1)).toEqual({ topic: "audit", state: "forbidden" });
    const asked = await send(world.seats.viewer.headers, "/logs?topic=audit");
    expect([asked.status, asked.body.permission]).toEqual([403, "audit:read"]);
  });

  it("has nothing of a topic that nothing collects, and says so", async () => {
    const { items, pagination, sources } = await list(world.seats.owner.headers, "?topic=system");
    expect([items, pagination.total, sources]).toEqual([[], 0, [{ topic: "system", state: "not_collected" }]]);
  });

  it("is empty in a tenant where nothing happened", async () => {
    const { items } = await list((await newKey(await newTenant("empty"))).headers);
    expect(items).toEqual([]);
  });
});

describe("POST /logs/search", () => {
  const ids = ({ items }: Page) => items.map(({ log_id }) => log_id);

  it.each<[string, object, (line: Line) => boolean]>([
    ["an action", { filters: { action: ["incident.escalated"] } }, ({ action }) => action === "incident.escalated"],
    ["an actor", { filters: { actor_type: "user" }, topics: ["audit"] }, ({ actor_type }) => actor_type === "user"],
    ["an entity", { filters: { entity_type: "export" } }, ({ entity_type }) => entity_type === "export"],
    ["a status", { filters: { execution_status: ["SUCCEEDED"] } }, ({ log_id }) => log_id === sharedRuns.succeeded],
    ["an agent", { filters: { agent: "shared-agent" } }, ({ agent_id }) => agent_id === "shared-agent"],
    [
      "a run",
      { filters: { run_id: sharedRuns.failed }, topics: ["llm_runs"] },
      ({ log_id }) => log_id === sharedRuns.failed,
    ],
    [
      "a run's id as text",
      { q: sharedRuns.failed.toUpperCase(), topics: ["llm_runs"] },
      ({ log_id }) => log_id === sharedRuns.failed,
    ],
    ["words of an action", { q: "incident.ESCALATED" }, ({ action }) => action === "incident.escalated"],
  ])("finds %s, and nothing else", async (_name, body, isSought) => {
    const all = (await search({ page_size: 100 })).items.filter(isSought);
    const found = await search({ page_size: 100, ...body });
    expect(all.length).toBeGreaterThan(0);
    expect(ids(found)).toEqual(all.map(({ log_id }) => log_id));
    expect(found.pagination.total).toBe(all.length);
  });

  it("says which topics a filter leaves out", async () => {
    const { sources } = await search({ filters: { action: ["incident.created"] } });
    expect(sources.map(({ state }) => state)).toEqual(["filtered_out", "not_collected", "read"]);
    const { items, sources: none } = await search({ filters: { action: ["x"], agent: "y" } });
    expect([items, none[0]?.state, none[2]?.state]).toEqual([[], "filtered_out", "filtered_out"]);
  });

  it("takes wildcards as letters, bounds as exclusive, and finds text in details", async () => {
    expect((await search({ q: "%" })).pagination.total).toBe(0);
    expect((await search({ q: "spare" })).items.map(({ action }) => action)).toEqual(["api_key.created"]);
    const { items } = await search({ page_size: 100 });
    const [first, second, third] = items;
    const within = await search({ range: { from: third?.time, to: first?.time }, page_size: 100 });
    const expected = items.filter(({ time }) => time > (third?.time ?? "") && time < (first?.time ?? ""));
    expect(ids(within)).toEqual(expected.map(({ log_id }) => log_id));
    expect(second).toBeDefined();
  });

  it("pages, and refuses another list's cursor", async () => {
    const first = await search({ page_size: 2 });
    const second = await search({ page_size: 2, cursor: first.pagination.next_cursor });
    expect(ids(await search({ page_size: 4 }))).toEqual([...ids(first), ...ids(second)]);
    const wrong = await send(world.seats.auditor.headers, "/logs/search", {
      body: { sort: "time", cursor: first.pagination.next_cursor },
    });
    expect(wrong.status).toBe(422);
  });
});

describe("POST /logs/export", () => {
  async function exported(headers: Headers, body: object) {
    const request = new Request(`${host}/api/v1/logs/export`, {
      ...{ method: "POST", body: JSON.stringify(body) },
      headers: { "content-type": "application/json", ...headers },
    });
    const response = await answerOf(request);
    return { response, text: await response.text() };
  }
  const recordOf = async (response: Response) => {
    const id = /filename="(LOG-[0-9a-f]{12})\.(?:json|csv)"/.exec(
      response.headers.get("content-disposition") ?? "",
    )?.[1];
    const [row] =
      await inspect()`select * from audit_logs where tenant_id = ${world.tenantId} and entity_id = ${id ?? ""}`;
    return row;
  };

  it("answers a file that says what it is, and puts its checksum, rows and filters on the audit log", async () => {
    const asked = {
      scope: "llm_run",
      format: "json",
      filters: { agent: "shared-agent", execution_status: ["FAILED"] },
    };
    const { response, text } = await exported(world.seats.member.headers, asked);
    const file = JSON.parse(text);
    expect(file).toMatchObject({
      tenant_id: world.tenantId,
      rows: 3,
      asked,
      requested_by: `user:${world.seats.member.userId}`,
    });
    expect(file.entries.map(({ execution_status }: Line) => execution_status)).toEqual(["FAILED", "FAILED", "FAILED"]);
    const digest = createHash("sha256").update(text).digest();
    expect(response.headers.get("repr-digest")).toBe(`sha-256=:${digest.toString("base64")}:`);
    expect(response.headers.get("content-length")).toBe(String(Buffer.byteLength(text)));
    expect(await recordOf(response)).toMatchObject({
      ...{ action: "logs.exported", entity_type: "log_export", entity_id: file.export_id, actor_type: "user" },
      detail: {
        scope: "llm_run",
        format: "json",
        filters: asked.filters,
        rows: 3,
        checksum: `sha256:${digest.toString("hex")}`,
      },
    });
    const { body } = await send(world.seats.auditor.headers, "/logs/audit/integrity");
    expect(body).toMatchObject({ bad_entries: 0 });
  });

  it("holds what the search finds, oldest first, in every format", async () => {
    const sought = { q: "canarylogs" };
    const found = (await search({ ...sought, topics: ["audit"], page_size: 100, sort: "time" })).items;
    const json = JSON.parse(
      (await exported(world.seats.auditor.headers, { scope: "audit", format: "json", ...sought })).text,
    );
    const ids = json.entries.map(({ log_id }: Line) => log_id);
    expect(ids).toEqual(found.map(({ log_id }) => log_id));
    // The first export is on record itself by then; its filters hold the word that is looked for.
    const { text } = await exported(world.seats.auditor.headers, { scope: "audit", format: "csv", ...sought });
    const lines = text.trimEnd().split("\r\n");
    expect(lines[0]).toBe(
      `"log_id","recorded_at","action","actor_type","actor_id","entity_type","entity_id","run_id","request_id","before","after","detail","after_hash","entry_hash","evidence"`,
    );
    expect(lines.slice(1, -1).map((line) => line.slice(1, 37))).toEqual(ids);
  });

  it("lets no cell of a table run as a formula", async () => {
    const key = await newKey(await newTenant("formula"));
    const agent_id = "=HYPERLINK(1)";
    const { run_id } = await sent(key.headers, "/runs", { body: { agent_id } });
    await sent(key.headers, `/runs/${run_id}/complete`, { body: { status: "succeeded" } });
    const { text } = await exported(key.headers, { scope: "llm_run", format: "csv" });
    expect(text).toContain(`"'=HYPERLINK(1)"`);
    expect(text).not.toMatch(/(?:^|,)"[=+\-@]/m);
    expect(original("'=HYPERLINK(1)")).toBe(agent_id);
  });

  it("needs the permission of what it exports", async () => {
    const { response, text } = await exported(world.seats.member.headers, { scope: "audit", format: "csv" });
    expect([response.status, JSON.parse(text).permission]).toEqual([403, "audit:read"]);
    const narrow = await newKey(world.tenantId, { scopes: ["exports:create"] });
    const runs = await exported(narrow.headers, { scope: "llm_run", format: "csv" });
    expect([runs.response.status, JSON.parse(runs.text).permission]).toEqual([403, "logs:read"]);
  });

  it("refuses more than a file may hold before it makes one, and more exports at a time than two", async () => {
    const tenantId = await newTenant("large");
    const key = await newKey(tenantId);
    await inspect()`
      insert into audit_logs (tenant_id, id, recorded_at, action, actor_type, actor_id, entity_type, entity_id, entry_hash, mac)
      select ${tenantId}, gen_random_uuid(), timestamptz '2026-01-01' + n * interval '1 second', 'bulk.made', 'system', 'test',
        'thing', n::text, '\\x00', '\\x00' from generate_series(1, 100001) n`;
    const audit = { scope: "audit", format: "json" };
    const { response, text } = await exported(key.headers, audit);
    expect([response.status, JSON.parse(text).most]).toEqual([422, 100_000]);
    const within = { ...audit, range: { to: "2026-01-01T06:00:00Z" } };
    const answers = await Promise.all([1, 2, 3].map(() => exported(key.headers, within)));
    expect(answers.map((answer) => answer.response.status).toSorted()).toEqual([200, 200, 429]);
    const whole = answers.find((answer) => answer.response.status === 200);
    expect(JSON.parse(whole?.text ?? "{}").entries).toHaveLength(21_599);
  }, 60_000);
});
