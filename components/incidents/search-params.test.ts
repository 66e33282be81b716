import { expect, it } from "vitest";
import { paramsOf } from "@/components/data/filter-params";
import { listIncidents, listResolvedIncidents } from "@/server/incidents/contract";
import { activeFilters, resolvedFilters } from "./incident-filters";
import { activeParams, activeQuery, resolvedParams, resolvedQuery } from "./search-params";

const nothing = {
  ...{ severity: null, type: null, category: null, cause_type: null, agent: null, policy_id: null, run_id: null },
  ...{ escalated: null, synthetic: null, q: null },
};

it("asks for both open states unless one is chosen, and for nothing that is not set", () => {
  expect(activeQuery({ ...nothing, status: null, sort: "-severity" })).toEqual({
    status: ["active", "acknowledged"],
    sort: "-severity",
  });
  const chosen = activeQuery({
    ...nothing,
    status: ["active"],
    severity: ["high"],
    synthetic: false,
    sort: "severity",
  });
  expect(chosen).toEqual({ status: ["active"], severity: ["high"], synthetic: false, sort: "severity" });
});

it("cannot be talked into showing resolved incidents among the active ones", () => {
  expect(activeParams.status.parse("resolved")).toEqual([]);
  expect(activeQuery({ ...nothing, status: [], sort: "-severity" }).status).toEqual(["active", "acknowledged"]);
});

it("takes the window by the time of resolution", () => {
  const since = "2026-11-15T00:00:00.000Z";
  expect(resolvedQuery({ ...nothing, sort: "-resolved_at" }, { since, until: null })).toEqual({
    resolved_after: since,
    sort: "-resolved_at",
  });
});

it("has no filter that the API does not know", () => {
  const fields = (schema: { shape: object }) => Object.keys(schema.shape);
  for (const { key } of activeFilters) expect(fields(listIncidents.query), key).toContain(key);
  for (const { key } of resolvedFilters) expect(fields(listResolvedIncidents.query), key).toContain(key);
  expect(Object.keys(paramsOf(activeFilters, activeParams, {})).sort()).toEqual(
    [...activeFilters.map(({ key }) => key)].sort(),
  );
  expect(Object.keys(resolvedParams)).toContain("open");
});
