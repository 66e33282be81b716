import { v7 as uuidv7 } from "uuid";
import { beforeAll, describe, expect, it } from "vitest";
import { ended, get, page, putPolicy, putRuns, putSignal, putTenant, runRow, viewer, walk } from "./testing/world";

const start = new Date("2026-03-01T12:00:00.000Z");
const at = (seconds: number) => new Date(start.getTime() + seconds * 1_000);
const me = viewer(uuidv7());
const ids: Record<string, string> = {};

beforeAll(async () => {
  await putTenant(me.tenantId);
  const policyId = await putPolicy(me.tenantId);
  const violation = {
    ...{
      step_index: 3,
      timestamp: at(90).toISOString(),
      reason: "over",
      source: "rule",
      violation_type: "token_limit",
    },
    ...{ severity: "high", policy_id: policyId, metric: "run.tokens", threshold_value: "10000", actual_value: "15000" },
  };
  const rows = {
    live: runRow({
      startedAt: at(300),
      project: "billing",
      source: "sdk",
      provider: "anthropic",
      model: "claude-sonnet-4",
    }),
    paused: runRow({ startedAt: at(200), status: "paused", pausedAt: at(210), agentId: "mailer" }),
    good: runRow({
      ...{
        startedAt: at(0),
        goal: "Pay 100% of the open_invoices",
        inputTokens: 700,
        outputTokens: 300,
        costUnits: 12_345,
      },
      ...ended("succeeded", at(60)),
    }),
    stopped: runRow({
      ...{ startedAt: at(50), inputTokens: 5_000, outputTokens: 10_000, costUnits: 4_500_000, stoppedAtStep: 3 },
      ...{ violation, violationPolicyId: policyId, project: "billing" },
      ...ended("failed_policy", at(90)),
    }),
    refused: runRow({ startedAt: at(100), refusalReason: "agent_frozen", ...ended("failed_policy", at(100)) }),
    rehearsal: runRow({ startedAt: at(110), synthetic: true, memory: { unpriced: true }, ...ended("failed", at(111)) }),
  };
  await putRuns(me.tenantId, Object.values(rows));
  for (const [name, row] of Object.entries(rows)) ids[name] = row.runId;
  await putSignal(me.tenantId, rows.live.runId);
  await putSignal(me.tenantId, rows.stopped.runId, { signalType: "breach", percentage: "150" });
});

async function names(path: string): Promise<string[]> {
  const { items } = await page(me, path);
  return items.map((item) => Object.keys(ids).find((name) => ids[name] === item.run_id) ?? "?");
}

describe("GET /activity", () => {
  it("lists every run, newest first, with what it is worth", async () => {
    const { items, pagination, sort } = await page(me, "/activity");
    expect(items.map((item) => item.run_id)).toEqual(
      ["live", "paused", "rehearsal", "refused", "stopped", "good"].map((name) => ids[name]),
    );
    expect(pagination).toEqual({ total: 6, page: 1, page_size: 20, next_cursor: null });
    expect(sort).toEqual({ field: "started_at", direction: "desc" });
    expect(items[4]).toMatchObject({
      ...{ state: "completed", status: "failed_policy", stopped_at_step: 3, tokens_used: 15_000, cost_cents: 450 },
      ...{ duration_ms: 40_000, risk_level: "VIOLATED", signals: { near: 0, breach: 1 }, counts_in_metrics: true },
      violation: { policy_id: expect.any(String), excess: "5000", excess_percentage: 50, projected: false },
    });
  });

  it("says null, not 0, of what is not known yet, and that an unpriced cost is a lower bound", async () => {
    const { items } = await page(me, "/activity");
    expect(items[0]).toMatchObject({
      state: "live",
      duration_ms: null,
      completed_at: null,
      risk_level: "NEAR_THRESHOLD",
    });
    expect(items.find((item) => item.run_id === ids.good)).toMatchObject({
      cost_cents: 1.2345,
      cost_is_complete: true,
    });
    expect(items.find((item) => item.run_id === ids.rehearsal)).toMatchObject({ cost_is_complete: false });
  });

  it("shows refused and synthetic runs, and that no metric counts them", async () => {
    const { items } = await page(me, "/activity?refused=true");
    expect(items).toMatchObject([{ refusal_reason: "agent_frozen", counts_in_metrics: false, risk_level: null }]);
    expect((await page(me, "/activity?synthetic=true")).items).toMatchObject([{ counts_in_metrics: false }]);
  });

  it.each([
    ["state=live", ["live", "paused"]],
    ["state=completed&sort=started_at", ["good", "stopped", "refused", "rehearsal"]],
    ["status=running,paused", ["live", "paused"]],
    ["status=failed&status=succeeded", ["rehearsal", "good"]],
    ["agent=mailer", ["paused"]],
    ["project=billing", ["live", "stopped"]],
    ["source=sdk&provider=anthropic&model=claude-sonnet-4", ["live"]],
    ["synthetic=false&refused=false&state=completed", ["stopped", "good"]],
    ["termination_reason=policy_block", ["refused", "stopped"]],
    ["risk_level=VIOLATED&state=completed", ["stopped"]],
    ["risk_level=NORMAL", ["good", "paused"]],
    ["risk_level=NEAR_THRESHOLD,AT_RISK&status=running,failed", ["live"]],
    ["started_after=2026-03-01T12:00:50.000Z&started_before=2026-03-01T13:01:50%2B01:00", ["refused"]],
    ["completed_after=2026-03-01T12:01:00Z&completed_before=2026-03-01T12:01:31Z", ["stopped"]],
    ["q=OPEN_INV", ["good"]],
    ["q=100%25", ["good"]],
    ["q=openXinvoices", []],
    ["q=mail", ["paused"]],
    ["sort=completed_at", ["good", "stopped", "refused", "rehearsal", "live", "paused"]],
    ["sort=-completed_at", ["rehearsal", "refused", "stopped", "good", "paused", "live"]],
    ["sort=-duration_ms&state=completed", ["good", "stopped", "rehearsal", "refused"]],
    ["sort=-tokens_used&page_size=2", ["stopped", "good"]],
    ["sort=-cost_cents&page_size=2", ["stopped", "good"]],
  ])("filters and sorts: %s", async (query, expected) => {
    const found = await names(`/activity?${query}`);
    if (query.startsWith("sort=")) expect(found).toEqual(expected);
    else expect(found.toSorted()).toEqual([...expected].sort());
  });

  it("finds a run by its whole id", async () => {
    expect(await names(`/activity?q=${ids.good?.toUpperCase()}`)).toEqual(["good"]);
  });

  it.each([
    "nonsense=1",
    "status=finished",
    "page_size=101",
    "page_size=0",
    "cursor=nonsense",
    "sort=agent_id",
    "started_after=yesterday",
    "started_after=0000-01-01T00:00:00Z",
    "q=%00",
    "agent=",
    "state=live&state=completed",
  ])("refuses %s with a pointer", async (query) => {
    const { status, body } = await get(me, `/activity?${query}`);
    expect([status, body]).toMatchObject([422, { errors: [{ pointer: expect.stringMatching(/^\?/) }] }]);
  });

  it("refuses a cursor of another sort, one beside a page, and one with a forged value", async () => {
    const { pagination } = await page(me, "/activity?page_size=2");
    const forged = Buffer.from('["-started_at","not a date","x"]').toString("base64url");
    for (const query of [
      `sort=completed_at&cursor=${pagination.next_cursor}`,
      `page=1&cursor=${pagination.next_cursor}`,
    ]) {
      expect((await get(me, `/activity?${query}`)).status).toBe(422);
    }
    expect((await get(me, `/activity?cursor=${forged}`)).status).toBe(422);
  });
});

describe("topics", () => {
  it("hard-wire their state", async () => {
    expect(await names("/activity/live")).toEqual(["live", "paused"]);
    expect(await names("/activity/completed")).toEqual(["rehearsal", "refused", "stopped", "good"]);
    expect(await names("/activity/live?status=succeeded")).toEqual([]);
    expect(await names("/activity/completed?status=running")).toEqual([]);
  });

  it.each(["live?state=completed", "completed?state=live", "live?completed_after=2026-01-01T00:00:00Z"])(
    "take no other: %s",
    async (path) => expect((await get(me, `/activity/${path}`)).status).toBe(422),
  );
});

describe("paging", () => {
  const many = viewer(uuidv7());

  beforeAll(async () => {
    await putTenant(many.tenantId);
    const rows = Array.from({ length: 95 }, (_, n) =>
      runRow({
        startedAt: at(Math.floor(n / 40)),
        costUnits: n % 3,
        ...(n % 5 === 0 ? {} : ended("succeeded", at(10 + (n % 4)))),
      }),
    );
    await putRuns(many.tenantId, rows);
  });

  it.each(["started_at", "-started_at", "completed_at", "-completed_at", "duration_ms", "-duration_ms", "cost_cents"])(
    "by cursor meets every row once under equal values: %s",
    async (sort) => {
      const items = await walk(many, `/activity?sort=${sort}&page_size=7`);
      expect(new Set(items.map((item) => item.run_id)).size).toBe(95);
      expect(items).toHaveLength(95);
    },
  );

  it("by cursor neither repeats nor skips when rows arrive meanwhile", async () => {
    const first = await page(many, "/activity?page_size=50&sort=started_at");
    await putRuns(many.tenantId, [runRow({ startedAt: at(-5) })]);
    const second = await page(many, `/activity?page_size=50&sort=started_at&cursor=${first.pagination.next_cursor}`);
    const seen = [...first.items, ...second.items].map((item) => item.run_id);
    expect([seen.length, new Set(seen).size]).toEqual([95, 95]);
    expect(second.pagination).toMatchObject({ page: null, next_cursor: null, total: 96 });
  });

  it("by number agrees with the walk", async () => {
    const walked = await walk(many, "/activity?sort=-completed_at&page_size=30");
    const third = await page(many, "/activity?sort=-completed_at&page_size=30&page=3");
    expect(third.items).toEqual(walked.slice(60, 90));
    expect((await page(many, "/activity?page=10000")).items).toEqual([]);
  });

  it("counts up to 10 000 and says so beyond", async () => {
    const hot = viewer(uuidv7());
    await putTenant(hot.tenantId);
    await putRuns(
      hot.tenantId,
      Array.from({ length: 10_000 }, () => runRow({ startedAt: at(1) })),
    );
    expect((await page(hot, "/activity?page_size=1")).pagination).toMatchObject({ total: 10_000 });
    expect((await page(hot, "/activity?page_size=1")).pagination).not.toHaveProperty("total_is_lower_bound");
    await putRuns(hot.tenantId, [runRow({ startedAt: at(2) })]);
    const { pagination } = await page(hot, "/activity?page_size=1");
    expect(pagination).toMatchObject({ total: 10_000, total_is_lower_bound: true });
    expect((await page(hot, "/traces?page_size=1")).pagination).toMatchObject({ total_is_lower_bound: true });
  });
});

describe("another tenant", () => {
  it("sees none of it", async () => {
    const other = viewer(await putTenant());
    expect((await page(other, "/activity")).items).toEqual([]);
    expect((await page(other, "/traces")).pagination.total).toBe(0);
    expect((await page(other, `/activity?q=${ids.good}`)).items).toEqual([]);
    expect((await get(other, `/activity/${ids.good}`)).status).toBe(404);
  });

  it("has the same run id as its own run", async () => {
    const other = viewer(await putTenant());
    await putRuns(other.tenantId, [runRow({ runId: ids.good ?? "", agentId: "theirs" })]);
    const { body } = await get(other, `/activity/${ids.good}`);
    expect(body).toMatchObject({ entity: { agent_id: "theirs", tenant_id: other.tenantId, status: "running" } });
    expect((await get(me, `/activity/${ids.good}`)).body).toMatchObject({ entity: { agent_id: "invoice-bot" } });
  });
});
