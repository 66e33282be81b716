// The state of the tenant now, and what has changed.

import { changesOf } from "@/server/overview/changes";
import type { DomainCount, Highlights, Pulse } from "@/server/overview/contract";
import { incidentTotal, type OpenIncidents, openedIn, openIncidents } from "@/server/overview/incident-facts";
import { latestEvents } from "@/server/overview/latest-events";
import { daysBefore, type Period, periodBefore, wirePeriod } from "@/server/overview/period";
import { nearSignalsIn, preventedIn, ruleFacts, violationFacts } from "@/server/overview/policy-facts";
import { Reading } from "@/server/overview/reading";
import { isLogHalted, keyFacts, lastAuditAt } from "@/server/overview/record-facts";
import { highestSeverity, pulseOf, sumOf, thatCount } from "@/server/overview/rules";
import { countOver, finishedFacts, liveFacts } from "@/server/overview/run-facts";
import type { Principal } from "@/server/platform/auth/principal";
import { maxCounted } from "@/server/platform/http/list";

const RECENTLY_MS = 15 * 60_000;

/** @throws when the database cannot be asked at all; a part that fails is named in the answer */
export async function highlightsFor(principal: Principal, { days }: { days: number }): Promise<Highlights> {
  const reading = await Reading.begin(principal);
  const current = daysBefore(reading.asOf, days);
  const facts = await readFacts(reading, current);
  const { events, audit, runs } = facts;
  const times = [events?.[0]?.at, audit?.toISOString(), runs?.live.last_seen?.toISOString()];
  return {
    pulse: pulse(facts),
    domain_counts: domainCounts(facts),
    last_activity_at:
      times
        .filter((at) => at !== undefined)
        .toSorted()
        .at(-1) ?? null,
    latest_events: events,
    changes: {
      current: wirePeriod(current),
      previous: wirePeriod(periodBefore(current)),
      figures: changesOf(facts, current),
    },
    as_of: reading.asOf.toISOString(),
    degraded: reading.degraded,
  };
}

type Facts = Awaited<ReturnType<typeof readFacts>>;

async function readFacts(reading: Reading, current: Period) {
  const previous = periodBefore(current);
  const day = daysBefore(reading.asOf, 1);
  const recently = { from: new Date(reading.asOf.getTime() - RECENTLY_MS), to: reading.asOf };
  return {
    recentAfter: day.from.toISOString(),
    runs: await reading.part("runs", "activity:read", async (db) => ({
      live: await liveFacts(db),
      over: await countOver(db),
      recent: await finishedFacts(db, recently),
      finished: { current: await finishedFacts(db, current), previous: await finishedFacts(db, previous) },
      near: { current: await nearSignalsIn(db, current), previous: await nearSignalsIn(db, previous) },
    })),
    incidents: await reading.part("incidents", "incidents:read", async (db) => ({
      open: await openIncidents(db),
      total: await incidentTotal(db),
      opened: { current: await openedIn(db, current), previous: await openedIn(db, previous) },
    })),
    violations: await reading.part("violations", "policies:read", async (db) => ({
      recent: (await violationFacts(db, day)).total,
      prevented: await preventedIn(db, day),
      blocks: {
        current: (await violationFacts(db, current)).blocks,
        previous: (await violationFacts(db, previous)).blocks,
      },
    })),
    rules: await reading.part("policies", "policies:read", ruleFacts),
    log: await reading.part("log", "logs:read", async (db) => ({ isHalted: await isLogHalted(db) })),
    audit: await reading.part("audit", "audit:read", lastAuditAt),
    keys: await reading.part("keys", "keys:read", keyFacts),
    events: await reading.part("events", "overview:read", latestEvents),
  };
}

function pulse({ runs, incidents, violations, log, recentAfter }: Facts): Pulse {
  const open = incidents?.open ?? null;
  const known = {
    grave_incidents: open && open.high + open.critical,
    incidents_unacknowledged: open?.unacknowledged ?? null,
    runs_paused: runs?.live.paused ?? null,
    recent_breaches: violations?.recent ?? null,
  };
  return {
    ...pulseOf({ ...known, is_log_halted: log?.isHalted ?? null, recent_after: recentAfter }),
    ...known,
    active_incidents: open?.open ?? null,
    highest_severity: open && highestSeverity(open),
    pending_decisions: sumOf(known.incidents_unacknowledged, known.runs_paused),
    violations_prevented: violations?.prevented ?? null,
    live_runs: runs?.live.live ?? null,
    queued_runs: runs?.live.queued ?? null,
    near_threshold: runs?.live.near ?? null,
    finished_recently: runs?.recent.finished ?? null,
  };
}

function domainCounts({ runs, incidents, violations, rules, log, keys }: Facts): DomainCount[] {
  const live = runs?.live;
  const open: OpenIncidents | undefined = incidents?.open;
  const count = (domain: DomainCount["domain"], total: number | undefined, link: DomainCount["link"]) => {
    const isBound = total !== undefined && total > maxCounted;
    return { domain, total: isBound ? maxCounted : (total ?? null), total_is_lower_bound: isBound, link };
  };
  const halted = log === null ? null : Number(log.isHalted);
  return [
    {
      ...count("activity", runs === null ? undefined : runs.over + runs.live.live, {
        domain: "activity",
        topic: "live",
        filter: thatCount,
      }),
      ...{ pending: sumOf(live?.queued, live?.paused), critical: live?.over ?? null },
    },
    {
      ...count("incidents", incidents?.total, { domain: "incidents", topic: "active", filter: { synthetic: "false" } }),
      ...{ pending: open?.unacknowledged ?? null, critical: sumOf(open?.high, open?.critical) },
    },
    {
      ...count("policies", rules?.active, { domain: "policies", topic: "active", filter: { status: "active" } }),
      ...{ pending: rules?.pending ?? null, critical: violations?.recent ?? null },
    },
    {
      ...count("logs", runs?.over, { domain: "logs", topic: "llm-runs", filter: { synthetic: "false" } }),
      ...{ pending: live?.live ?? null, critical: halted },
    },
    {
      ...count("connectivity", keys?.total, { domain: "connectivity", topic: "api-keys", filter: {} }),
      ...{ pending: keys?.expiring ?? null, critical: keys?.frozen ?? null },
    },
  ];
}
