import { describe, expect, it } from "vitest";
import { registry } from "@/server/endpoints";
import { isStaleBy, type KnownRead, refreshedDomains } from "./refreshes";

it("names domains that exist", () => {
  const domains = new Set(registry.all.map(({ endpoint }) => endpoint.id.split(".")[0]));
  expect(refreshedDomains.filter((domain) => !domains.has(domain))).toEqual([]);
});

const incident = {
  topic: "incident.created",
  entity_id: "inc",
  payload: { incident_id: "inc", source_run_id: "r1" },
} as const;
const ended = { topic: "run.ended", entity_id: "r1", payload: { run_id: "r1" } } as const;

const read = (id: string, params?: object, entity?: object): KnownRead => ({
  key: params === undefined ? [id, "pages", { query: {} }] : [id, { params }],
  data: entity && { entity },
});
const detail = read("activity.get", { run_id: "r1" }, { run_id: "r1", trace_id: "t1" });
const otherDetail = read("activity.get", { run_id: "r2" }, { run_id: "r2", trace_id: "t2" });
const steps = (trace_id: string): KnownRead => ({
  key: ["activity.list_steps", "pages", { params: { trace_id } }],
  data: { pages: [] },
});
const known = [detail, otherDetail, steps("t1"), steps("t2")];
const isStale = (news: typeof incident | typeof ended, one: KnownRead) => isStaleBy(news, one, known);

it("reads lists of incidents anew when an incident changes, and policies not", () => {
  expect(isStale(incident, read("incidents.list_active"))).toBe(true);
  expect(isStale(incident, read("policies.list"))).toBe(false);
});

describe("an event of a run", () => {
  it("makes lists and figures stale", () => {
    for (const id of ["activity.list_live", "logs.list_runs", "gate.list_freezes", "overview.summary"]) {
      expect([id, isStale(ended, read(id))]).toEqual([id, true]);
    }
  });

  it("makes what is read of that run stale, its trace included, and nothing of another", () => {
    expect(isStale(ended, detail)).toBe(true);
    expect(isStale(ended, read("gate.get_run", { run_id: "r1" }))).toBe(true);
    expect(isStale(ended, steps("t1"))).toBe(true);
    expect(isStale(ended, otherDetail)).toBe(false);
    expect(isStale(ended, steps("t2"))).toBe(false);
    expect(isStale(ended, read("gate.verify_run", { run_id: "r2" }))).toBe(false);
  });

  it("knows a record of the log by the run it is of", () => {
    expect(isStale(ended, read("logs.get", { log_id: "l1" }, { log_id: "l1", run_id: "r1" }))).toBe(true);
    expect(isStale(ended, read("logs.get", { log_id: "l2" }, { log_id: "l2", run_id: "r2" }))).toBe(false);
    expect(isStale(ended, read("logs.get", { log_id: "l3" }, { log_id: "l3" }))).toBe(false);
  });
});

it("an incident makes the run it came from stale, and no other", () => {
  expect([isStale(incident, detail), isStale(incident, otherDetail)]).toEqual([true, false]);
});
