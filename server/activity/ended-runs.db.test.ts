// What the database keeps of runs that are over beside their columns: lists read it in their place, and the gate's updates must
// not feel it.

import postgres from "postgres";
import { v7 as uuidv7 } from "uuid";
import { beforeAll, describe, expect, it } from "vitest";
import { inspect, testDatabase } from "@/server/platform/db/testing/test-database";
import { ended, get, page, putRuns, putSignal, putTenant, runRow, viewer, walk } from "./testing/world";

const me = viewer(uuidv7());
const over = new Date("2026-03-01T12:01:00.000Z");
const SEPARATOR = "\u001e";
/** As long as the API takes them, three bytes a letter and of no two that compress. */
const longest = (from: number) => String.fromCodePoint(...Array.from({ length: 128 }, (_, n) => 0x4e00 + from + n * 7));
const ids: Record<string, string> = {};

beforeAll(async () => {
  await putTenant(me.tenantId);
  const rows = {
    short: runRow({ goal: "Pay the Invoice", model: "opus", ...ended("succeeded", over) }),
    long: runRow({ goal: `${"x ".repeat(900)}Needle ÄÖ`, ...ended("succeeded", over) }),
    wide: runRow({
      ...{ agentId: longest(0), project: longest(1_000), provider: longest(2_000), model: longest(3_000) },
      ...{ goal: longest(4_000), ...ended("failed", over), errorMessage: longest(5_000) },
    }),
    full: runRow({
      ...{
        agentId: longest(0).slice(0, 60),
        project: longest(1_000).slice(0, 60),
        provider: longest(2_000).slice(0, 60),
      },
      ...{
        model: longest(3_000).slice(0, 60),
        goal: `brimful ${longest(4_000).slice(0, 80)}`,
        ...ended("failed", over),
      },
    }),
    odd: runRow({
      goal: `before${SEPARATOR}after`,
      model: `mod${SEPARATOR}el`,
      ...ended("failed", over),
      errorMessage: "A Fault",
    }),
    live: runRow({ goal: "Pay the invoice too" }),
  };
  await putRuns(me.tenantId, Object.values(rows));
  for (const [name, row] of Object.entries(rows)) ids[name] = row.runId;
});

const names = (items: readonly Record<string, unknown>[], id = "run_id") =>
  items.map((item) => Object.keys(ids).find((name) => ids[name] === item[id]) ?? "?").toSorted();

describe("text of runs that are over", () => {
  it.each([
    ["the invoice", ["live", "short"]],
    ["brimful", ["full"]],
    ["needle", ["long"]],
    [longest(4_000).slice(60), ["wide"]],
    ["before", ["odd"]],
    ["after", ["odd"]],
    ["opus", []],
    ["a fault", []],
    ["completed", []],
  ])("activity: %s", async (q, expected) => {
    expect(names((await page(me, `/activity?q=${encodeURIComponent(q)}`)).items)).toEqual(expected);
  });

  it("finds the same of each, whatever the order", async () => {
    for (const sort of ["started_at", "-completed_at", "-tokens_used", "duration_ms", "cost_cents"]) {
      const { items, pagination } = await page(me, `/activity/completed?q=e&sort=${sort}`);
      expect([names(items), pagination.total]).toEqual([["long", "odd", "short"], 3]);
    }
  });
});

describe("how many there are", () => {
  const sorts = ["-started_at", "completed_at", "-duration_ms", "-tokens_used", "-cost_cents"];
  const filters = ["", "&risk_level=VIOLATED,NEAR_THRESHOLD", "&q=agent", "&risk_level=NEAR_THRESHOLD&q=agent"];
  const many = viewer(uuidv7());

  beforeAll(async () => {
    await putTenant(many.tenantId);
    const rows = Array.from({ length: 30 }, (_, n) =>
      runRow({
        ...{
          agentId: `agent-${n}`,
          startedAt: new Date(over.getTime() - 1_000 * (n % 7)),
          inputTokens: n % 5,
          costUnits: n % 3,
        },
        ...(n % 4 === 0 ? {} : ended("succeeded", over)),
      }),
    );
    for (const runId of await putRuns(many.tenantId, rows)) await putSignal(many.tenantId, runId);
  });

  it.each(sorts.flatMap((sort) => filters.map((filter) => `sort=${sort}${filter}`)))(
    "every page says it: %s",
    async (query) => {
      for (const at of [1, 2, 4, 8]) {
        expect((await page(many, `/activity?page_size=4&page=${at}&${query}`)).pagination.total).toBe(30);
      }
      expect((await page(many, `/activity?page_size=4&page=9&${query}`)).pagination.total).toBe(30);
      const first = await page(many, `/activity?page_size=4&${query}`);
      const second = await page(many, `/activity?page_size=4&${query}&cursor=${first.pagination.next_cursor}`);
      expect(second.pagination.total).toBe(30);
      expect(new Set((await walk(many, `/activity?page_size=4&${query}`)).map(({ run_id }) => run_id)).size).toBe(30);
    },
  );

  it.each(["/traces?sort=-completed_at", "/logs/llm-runs?sort=started_at", "/logs?sort=time"])(
    "%s too",
    async (path) => {
      const all = (await page(many, `${path}&page_size=100`)).items.length;
      for (const at of [1, 2, 3]) {
        expect((await page(many, `${path}&page_size=5&page=${at}`)).pagination.total).toBe(all);
      }
    },
  );
});

it("takes the usage of late records, too", async () => {
  await inspect()`update runs set input_tokens = input_tokens + 900 where run_id = ${ids.short ?? ""}`;
  const { items } = await page(me, "/activity/completed?sort=-tokens_used&page_size=1");
  expect(items).toMatchObject([{ run_id: ids.short, tokens_used: 900 }]);
  expect((await get(me, `/activity/${ids.short}`)).body).toMatchObject({ entity: { tokens_used: 900 } });
});

it("leaves a live run's row on its page and its indexes alone, whatever a step changes", async () => {
  const sql = postgres(testDatabase().superuserUrl, { max: 1 });
  const hot = sql.begin(async (tx) => {
    await tx`
      update runs set last_seen_at = clock_timestamp(), last_at = clock_timestamp(), seq = seq + 1, last_step_index = last_step_index + 1,
        head_hash = sha256('x'), steps_completed = steps_completed + 1, input_tokens = input_tokens + 7, output_tokens = output_tokens + 7,
        cost_units = cost_units + 7, memory = '{"signals": {}}'
      where run_id = ${ids.live ?? ""}`;
    const [row] = await tx<{ n: number }[]>`select pg_stat_get_xact_tuples_hot_updated('runs'::regclass)::int as n`;
    return row?.n;
  });
  expect(await hot).toBe(1);
  await sql.end();
});
