import { describe, expect, it } from "vitest";
import { filterOf, paramsOf } from "@/components/data/filter-params";
import { listActivity, listCompletedRuns, listLiveRuns } from "@/server/activity/contract";
import { completedFilters, liveFilters } from "./run-filters";
import { completedParams, completedQuery, liveParams, liveQuery } from "./search-params";

const nothing = { agent: null, project: null, provider: null, model: null, source: null, risk_level: null } as const;
const noMore = { policy_id: null, synthetic: null, refused: null, q: null, status: null, open: null } as const;

describe("filters of runs", () => {
  it("are all known to the API and to the address", () => {
    const known = (filters: typeof liveFilters, query: object, params: object) =>
      filters.filter(({ key }) => !(key in query) || !(key in params)).map(({ key }) => key);
    expect(known(liveFilters, listLiveRuns.query.shape, liveParams)).toEqual([]);
    expect(known(completedFilters, listCompletedRuns.query.shape, completedParams)).toEqual([]);
    expect("risk_level" in listActivity.query.shape).toBe(true);
  });

  it("go into the address and come back", () => {
    const value = { status: ["paused", "running"], agent: ["a, b"], synthetic: ["false"], q: ["late mail"] };
    const params = paramsOf(liveFilters, liveParams, value);
    expect(params).toMatchObject({ status: ["paused", "running"], agent: "a, b", synthetic: false, risk_level: null });
    expect(filterOf(liveFilters, params)).toEqual(value);
  });

  it("leave out what is no value", () => {
    expect(paramsOf(liveFilters, liveParams, { status: ["finished"] }).status ?? []).toEqual([]);
    expect(filterOf(liveFilters, { status: [], agent: "", open: "x" })).toEqual({});
  });
});

describe("queries", () => {
  it("have what is set, and nothing that is only the page's", () => {
    const query = liveQuery({ ...nothing, ...noMore, agent: "mailer", sort: "-started_at", group: "agent", open: "r" });
    expect(query).toEqual({ agent: "mailer", sort: "-started_at" });
    expect(listLiveRuns.query.safeParse(query).success).toBe(true);
  });

  it("take the range, unless the address says it more exactly", () => {
    const params = { ...nothing, ...noMore, sort: "-completed_at", termination_reason: null } as const;
    const range = { since: "2026-01-01T00:00:00.000Z", until: null };
    const open = completedQuery({ ...params, completed_after: null, completed_before: null }, range);
    expect(open).toEqual({ completed_after: range.since, sort: "-completed_at" });
    const exact = completedQuery({ ...params, completed_after: null, completed_before: "2026-02-01T00:00:00Z" }, range);
    expect(exact).toEqual({ completed_before: "2026-02-01T00:00:00Z", sort: "-completed_at" });
  });
});
