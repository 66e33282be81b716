// The overview says the same as the lists: every number that has a link is what the list behind it counts.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRelay } from "@/server/events/relay";
import { watchStatements } from "@/server/platform/db/connection";
import { inspect } from "@/server/platform/db/testing/test-database";
import { type Headers, newKey, newTenant, send, sent } from "@/server/testing/callers";
import { makeWorld, sharedRuns, type World } from "@/server/testing/tenant-world";
import { Highlights, Summary, summaryTopics, type TopicLink } from "./contract";

const lists: Readonly<Record<string, string>> = {
  "activity/live": "/activity/live",
  "activity/completed": "/activity/completed",
  "incidents/active": "/incidents/active",
  "incidents/resolved": "/incidents/resolved",
  "policies/active": "/policies/rules",
  "policies/controls": "/policies/limits",
  "policies/violations": "/policies/violations",
  "logs/llm-runs": "/logs/llm-runs",
  "logs/audit-logs": "/logs/audit",
  "connectivity/api-keys": "/connectivity/api-keys",
};

let world: World;
let relay: { stop(): Promise<void> };

beforeAll(async () => {
  relay = startRelay();
  world = await makeWorld("canaryview", "0197e200-0000-7000-8000-000000000001");
  await sent(world.key.headers, "/incidents", { body: { title: "Grave", severity: "critical" } });
  const isLeft = async () =>
    (await inspect()`select from outbox where tenant_id = ${world.tenantId} limit 1`).length > 0;
  while (await isLeft()) await new Promise((resolve) => setTimeout(resolve, 20));
});
afterAll(() => relay.stop());

async function highlights(headers: Headers, search = ""): Promise<Highlights> {
  return Highlights.parse(await sent(headers, `/overview/highlights${search}`));
}
async function summary(headers: Headers, search = ""): Promise<Summary> {
  return Summary.parse(await sent(headers, `/overview/summary${search}`));
}

async function totalBehind(link: TopicLink): Promise<unknown> {
  const path = `${lists[`${link.domain}/${link.topic}`]}?${new URLSearchParams(link.filter)}`;
  const { pagination } = await sent(world.seats.owner.headers, path);
  return Object(pagination).total;
}

/** What does not agree with its list. */
async function disagreeing(numbers: { name: string; count: unknown; link: TopicLink | null }[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const { name, count, link } of numbers) {
    if (link === null) continue;
    const total = await totalBehind(link);
    if (total !== count) wrong.push(`${name}: ${count}, its list has ${total}`);
  }
  return wrong;
}

describe("highlights", () => {
  it("say what is the matter, and agree with the lists behind their links", async () => {
    const { pulse, domain_counts, changes, degraded } = await highlights(world.seats.owner.headers);
    expect(degraded).toEqual([]);
    expect(pulse).toMatchObject({
      ...{ status: "CRITICAL", live_runs: 3, queued_runs: 0, runs_paused: 1, finished_recently: 4, near_threshold: 0 },
      ...{ highest_severity: "critical" },
    });
    expect(pulse.reasons.map(({ code }) => code)).toEqual([
      ...["grave_incidents", "incidents_unacknowledged", "runs_paused", "recent_breaches"],
    ]);
    expect(pulse.pending_decisions).toBe((pulse.incidents_unacknowledged ?? 0) + 1);
    const numbers = pulse.reasons
      .filter(({ code }) => code !== "incidents_unacknowledged")
      .map(({ code, count, link }) => ({ name: code, count, link }));
    const figures = changes.figures.filter(({ unit }) => unit === "count");
    const changed = figures.map(({ key, current, link }) => ({ name: key, count: current, link }));
    expect(await disagreeing([...numbers, ...changed])).toEqual([]);
    expect(figures.map(({ previous }) => previous)).toEqual([0, 0, 0, 0]);
    expect(changes.figures.find(({ key }) => key === "failure_ratio")).toMatchObject({
      current: 75,
      previous: null,
      trend: null,
    });
    expect(domain_counts.find(({ domain }) => domain === "activity")).toMatchObject({ total: 7, pending: 1 });
    for (const { link } of domain_counts) expect(typeof (await totalBehind(link))).toBe("number");
  });

  it("tell of the latest events, newest first, with the ids to follow", async () => {
    const { latest_events: events, last_activity_at } = await highlights(world.seats.owner.headers);
    expect(events).toHaveLength(20);
    const seqs = events?.map(({ event_id }) => event_id) ?? [];
    expect(seqs).toEqual(seqs.toSorted((a, b) => b - a));
    const incident = events?.find(({ topic }) => topic === "incident.resolved");
    expect(incident).toMatchObject({ title: "Incident resolved: low", subject: "canaryview second" });
    expect(incident?.incident_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(last_activity_at).not.toBeNull();
  });

  it("leave out what the viewer may not read, and never call that healthy", async () => {
    const bare = await newKey(await newTenant("nothing"), { scopes: ["overview:read"] });
    const { pulse, domain_counts, degraded, latest_events } = await highlights(bare.headers);
    expect(pulse).toMatchObject({
      status: null,
      reasons: [],
      active_incidents: null,
      live_runs: null,
      recent_breaches: null,
    });
    expect(domain_counts.map(({ total }) => total)).toEqual([null, null, null, null, null]);
    expect(latest_events).toEqual([]);
    expect(degraded.map(({ part, why, permission }) => [part, why, permission])).toEqual([
      ["runs", "forbidden", "activity:read"],
      ["incidents", "forbidden", "incidents:read"],
      ["violations", "forbidden", "policies:read"],
      ["policies", "forbidden", "policies:read"],
      ["log", "forbidden", "logs:read"],
      ["audit", "forbidden", "audit:read"],
      ["keys", "forbidden", "keys:read"],
    ]);
  });

  it("are healthy where all is known and nothing is the matter", async () => {
    const quiet = await newKey(await newTenant("quiet"));
    const { pulse, last_activity_at, degraded } = await highlights(quiet.headers);
    expect(degraded).toEqual([{ part: "keys", why: "forbidden", permission: "keys:read" }]);
    expect(pulse).toMatchObject({
      status: "HEALTHY",
      reasons: [],
      active_incidents: 0,
      highest_severity: "none",
      live_runs: 0,
    });
    expect(last_activity_at).toBeNull();
  });

  it.each([
    ["incidents", /from incidents i/],
    ["runs", /signal_type = 'near' and s.recorded_at/],
    ["events", /from events e/],
  ])("name a part whose query fails, %s, and keep the others", async (part, text) => {
    const watched = watchStatements((passing) => {
      if (text.test(passing.text)) passing.fail();
    });
    try {
      const found = await highlights(world.seats.owner.headers);
      expect(found.degraded).toEqual([{ part, why: "failed", permission: null }]);
      expect(found.pulse.recent_breaches).toBeGreaterThan(0);
      if (part === "incidents") {
        expect(found.pulse).toMatchObject({
          active_incidents: null,
          highest_severity: null,
          status: "ATTENTION_NEEDED",
        });
        expect(found.changes.figures.at(-1)).toMatchObject({ current: null, previous: null, trend: null });
      }
      if (part === "events") expect(found.latest_events).toBeNull();
    } finally {
      watched.restore();
    }
  });
});

describe("the summary", () => {
  it("has every topic's figures, each what its list counts", async () => {
    const from = new Date(Date.now() - 3_600_000).toISOString();
    const { topics, degraded } = await summary(world.seats.owner.headers, `?from=${from}`);
    expect(degraded).toEqual([]);
    expect(Object.keys(topics)).toEqual([...summaryTopics]);
    const numbers = Object.values(topics).flatMap((strip) =>
      (strip?.metrics ?? []).map(({ key, value, link }) => ({ name: `${strip?.topic} ${key}`, count: value, link })),
    );
    expect(numbers.filter(({ link }) => link !== null).length).toBeGreaterThan(30);
    expect(await disagreeing(numbers)).toEqual([]);
  });

  it("counts what counts: rehearsals and refused starts are named and not counted", async () => {
    const key = await newKey(await newTenant("rehearsal"));
    const start = (body: object) => send(key.headers, "/runs", { body: { agent_id: "a", ...body } });
    await start({ synthetic: true });
    await start({});
    await sent(key.headers, "/policies/freezes", { body: { type: "agent", id: "frozen", reason: "r" } });
    await start({ agent_id: "frozen" });
    const { topics } = await summary(key.headers, "?topic=activity/live,activity/completed,incidents/active");
    expect(Object.keys(topics)).toEqual(["activity/live", "activity/completed", "incidents/active"]);
    const excluded = (topic: keyof typeof topics) =>
      topics[topic]?.metrics.find(({ key: name }) => name === "excluded")?.value;
    expect([topics["activity/live"]?.total, excluded("activity/live")]).toEqual([1, 1]);
    expect([topics["activity/completed"]?.total, excluded("activity/completed")]).toEqual([0, 1]);
  });

  it("speaks of all time without a beginning, and compares only with one", async () => {
    const search = "?topic=activity/completed";
    const all = (await summary(world.seats.owner.headers, search)).topics["activity/completed"];
    expect(all).toMatchObject({ total: 4, period: { from: null } });
    expect(all?.metrics.every(({ trend }) => trend === null)).toBe(true);
    const from = new Date(Date.now() - 3_600_000).toISOString();
    const hour = (await summary(world.seats.owner.headers, `${search}&from=${from}`)).topics["activity/completed"];
    expect(hour?.metrics.find(({ key }) => key === "succeeded")).toMatchObject({ value: 1, previous: 0, trend: "up" });
    const past = (await summary(world.seats.owner.headers, `${search}&to=${from}`)).topics["activity/completed"];
    expect(past?.total).toBe(0);
    const reversed = await send(world.seats.owner.headers, `/overview/summary?from=${from}&to=2020-01-01T00:00:00Z`);
    expect([reversed.status, reversed.text.includes("?from")]).toEqual([422, true]);
  });

  it("leaves out what a viewer may not read, and says so", async () => {
    const { topics, degraded } = await summary(world.seats.viewer.headers);
    expect([topics["logs/audit-logs"], topics["connectivity/api-keys"]]).toEqual([null, null]);
    expect(degraded.map(({ part, permission }) => [part, permission])).toEqual([
      ["logs/audit-logs", "audit:read"],
      ["connectivity/api-keys", "keys:read"],
    ]);
  });

  it("names a topic that fails and gives the others", async () => {
    const watched = watchStatements((passing) => {
      if (/from limits l/.test(passing.text)) passing.fail();
    });
    try {
      const { topics, degraded } = await summary(world.seats.owner.headers);
      expect(degraded).toEqual([{ part: "policies/controls", why: "failed", permission: null }]);
      expect(topics["policies/controls"]).toBeNull();
      expect(topics["policies/active"]?.total).toBe(3);
    } finally {
      watched.restore();
    }
  });

  it("follows an incident from open to resolved", async () => {
    const key = await newKey(await newTenant("story"));
    const { incident_id } = await sent(key.headers, "/incidents", { body: { title: "t", severity: "critical" } });
    const search = "?topic=incidents/active,incidents/resolved";
    const open = (await summary(key.headers, search)).topics["incidents/active"];
    expect(open).toMatchObject({ total: 1, active: 1, status: "critical" });
    const body = { resolution_method: "rollback", resolution_notes: "done" };
    await sent(key.headers, `/incidents/${incident_id}/resolve`, { body });
    const { topics } = await summary(key.headers, search);
    expect(topics["incidents/active"]).toMatchObject({ total: 0, status: "healthy" });
    const value = (name: string) =>
      topics["incidents/resolved"]?.metrics.find(({ key: known }) => known === name)?.value;
    expect([topics["incidents/resolved"]?.total, value("sla_compliance"), value("rollback")]).toEqual([1, 100, 1]);
    expect(value("median_time_to_resolve")).toBeGreaterThanOrEqual(0);
  });
});

it("shows a run that is stopped in the world's own numbers", async () => {
  const { topics } = await summary(world.seats.owner.headers, "?topic=policies/violations");
  const stopped = topics["policies/violations"]?.metrics.find(({ key }) => key === "stopped");
  const [run] =
    await inspect()`select status from runs where tenant_id = ${world.tenantId} and run_id = ${sharedRuns.stopped}`;
  expect([stopped?.value, run?.status]).toEqual([1, "failed_policy"]);
});
