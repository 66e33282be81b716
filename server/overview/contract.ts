// How the tenant is, at a glance. Every number has one source, the same rows and conditions as the list its link opens, and
// is null when it is not known: what could not be read, or what the viewer may not read, is named in `degraded` and never 0.

import { z } from "zod";
import { eventTopics, severities } from "@/db/vocabulary";
import { When } from "@/server/activity/contract";
import { endpoint, Instant } from "@/server/platform/http/contract";

export const pulseStatuses = ["HEALTHY", "ATTENTION_NEEDED", "CRITICAL"] as const;
export type PulseStatus = (typeof pulseStatuses)[number];

const linkedDomains = ["overview", "activity", "incidents", "policies", "logs", "connectivity"] as const;

/** Where the rows behind a number are: the page `/{domain}/{topic}` with `filter` as its list's query. */
export const TopicLink = z
  .object({ domain: z.enum(linkedDomains), topic: z.string(), filter: z.record(z.string(), z.string()) })
  .meta({ id: "TopicLink" });
export type TopicLink = z.output<typeof TopicLink>;

/** A part that is not there: its members are null. */
export const Degraded = z
  .object({
    /** Of the highlights: runs, incidents, violations, policies, log, audit, keys or events. Of the summary: a topic. */
    part: z.string(),
    why: z.enum(["failed", "forbidden"]),
    /** What the viewer lacks, when it is forbidden. */
    permission: z.string().nullable(),
  })
  .meta({ id: "Degraded" });
export type Degraded = z.output<typeof Degraded>;

const Count = z.int().nullable();
const trends = ["up", "down", "flat"] as const;
export const units = ["count", "ms", "percent", "tokens", "cents", "instant", "text"] as const;

const reasonCodes = [
  "grave_incidents",
  "log_halted",
  "incidents_unacknowledged",
  "runs_paused",
  "recent_breaches",
] as const;

export const PulseReason = z
  .object({
    code: z.enum(reasonCodes),
    /** What this reason makes of the pulse. */
    status: z.enum(["ATTENTION_NEEDED", "CRITICAL"]),
    text: z.string(),
    count: z.int(),
    link: TopicLink,
  })
  .meta({ id: "PulseReason" });
export type PulseReason = z.output<typeof PulseReason>;

/** Rehearsals (synthetic) and refused starts are in no number of runs; rehearsals are in none of incidents. */
export const Pulse = z
  .object({
    /** Null: nothing bad is known, and not everything could be read. */
    status: z.enum(pulseStatuses).nullable(),
    /** Gravest first; empty when there is none. */
    reasons: z.array(PulseReason),
    /** Not resolved: active and acknowledged. */
    active_incidents: Count,
    /** Those of them that are high or critical. */
    grave_incidents: Count,
    /** Of the incidents that are not resolved; `none` where there is none. */
    highest_severity: z.enum([...severities, "none"]).nullable(),
    /** What waits for somebody's word: incidents nobody has acknowledged, and paused runs. */
    pending_decisions: Count,
    incidents_unacknowledged: Count,
    runs_paused: Count,
    /** Violations of the last 24 hours. */
    recent_breaches: Count,
    /** Steps that never ran because a policy stood before them, in the last 24 hours. */
    violations_prevented: Count,
    live_runs: Count,
    queued_runs: Count,
    /** Live runs near a limit and over none. */
    near_threshold: Count,
    /** Runs that ended in the last 15 minutes. */
    finished_recently: Count,
  })
  .meta({ id: "Pulse" });
export type Pulse = z.output<typeof Pulse>;

export const countedDomains = ["activity", "incidents", "policies", "logs", "connectivity"] as const;

/** `link` is where the domain begins. activity: runs, waiting ones, live ones that broke a policy. incidents: all, unacknowledged, high and critical that are not
 *  resolved. policies: active rules, those not in force yet, violations of 24 hours. logs: records of runs, runs that have none
 *  yet, breaks of the log. connectivity: keys, those that expire within 7 days, frozen ones. */
export const DomainCount = z
  .object({
    domain: z.enum(countedDomains),
    total: Count,
    /** The total is more than it says: counting stops at 10 000, as in lists. */
    total_is_lower_bound: z.boolean(),
    pending: Count,
    critical: Count,
    link: TopicLink,
  })
  .meta({ id: "DomainCount" });
export type DomainCount = z.output<typeof DomainCount>;

export const LatestEvent = z
  .object({
    event_id: z.int(),
    topic: z.enum(eventTopics),
    at: Instant,
    /** What happened, in words. */
    title: z.string(),
    /** What it happened to, as far as the event says: an incident's title, an agent. */
    subject: z.string().nullable(),
    run_id: z.string().nullable(),
    incident_id: z.string().nullable(),
    policy_id: z.string().nullable(),
    limit_id: z.string().nullable(),
    bundle_id: z.string().nullable(),
  })
  .meta({ id: "LatestEvent" });
export type LatestEvent = z.output<typeof LatestEvent>;

export const changeKeys = ["runs_finished", "failure_ratio", "blocks", "near_signals", "incidents_opened"] as const;

export const Change = z
  .object({
    key: z.enum(changeKeys),
    label: z.string(),
    unit: z.enum(["count", "percent"]),
    /** Null where it is not known, and the ratio of no runs. */
    current: z.number().nullable(),
    previous: z.number().nullable(),
    trend: z.enum(trends).nullable(),
    /** Whether more of it is good news; null where it is neither. */
    more_is_better: z.boolean().nullable(),
    /** Null where no list shows exactly these. */
    link: TopicLink.nullable(),
  })
  .meta({ id: "Change" });
export type Change = z.output<typeof Change>;

const Period = z.object({ from: Instant, to: Instant });

export const Highlights = z
  .object({
    pulse: Pulse,
    domain_counts: z.array(DomainCount),
    /** The newest of what the viewer may read: event, audit entry, step of a live run. */
    last_activity_at: Instant.nullable(),
    /** Newest first, at most 20, of topics that the viewer may read. */
    latest_events: z.array(LatestEvent).nullable(),
    changes: z.object({ current: Period, previous: Period, figures: z.array(Change) }),
    as_of: Instant,
    degraded: z.array(Degraded),
  })
  .meta({ id: "Highlights" });
export type Highlights = z.output<typeof Highlights>;

export const getHighlights = endpoint({
  id: "overview.highlights",
  method: "GET",
  path: "/api/v1/overview/highlights",
  summary: "Whether all is well now, why not, what happened last and what has changed",
  permission: "overview:read",
  transaction: "own",
  /** Length of the period that is compared with the one before it. */
  query: z.object({ days: z.int().min(1).max(31).default(7) }),
  returns: Highlights,
});

export const summaryTopics = [
  "activity/live",
  "activity/completed",
  "incidents/active",
  "incidents/resolved",
  "policies/active",
  "policies/controls",
  "policies/violations",
  "logs/llm-runs",
  "logs/audit-logs",
  "connectivity/api-keys",
] as const;
export type SummaryTopic = (typeof summaryTopics)[number];

export const SummaryMetric = z
  .object({
    /** Stable; unique within its topic. */
    key: z.string(),
    label: z.string(),
    /** Null: not known, or there is nothing to say it of. Money is in cents, an instant is ISO text. */
    value: z.union([z.number(), z.string()]).nullable(),
    unit: z.enum(units),
    /** Against the period of the same length before; null without a period, and where the value is none of a period. */
    trend: z.enum(trends).nullable(),
    /** What the trend compares with. */
    previous: z.number().nullable(),
    /** Metrics of one group are parts of one whole: `type`, `status`, `severity`, …; null: it stands for itself. */
    group: z.string().nullable(),
    link: TopicLink.nullable(),
  })
  .meta({ id: "SummaryMetric" });
export type SummaryMetric = z.output<typeof SummaryMetric>;

/** O1 of a topic. `total` is what its list counts, less what is no business (`excluded` in the metrics says how many). */
export const TopicSummary = z
  .object({
    topic: z.enum(summaryTopics),
    total: z.int(),
    /** What is going on, in force or open among the total; null where the topic has no such thing. */
    active: z.int().nullable(),
    status: z.enum(["healthy", "warning", "critical"]),
    metrics: z.array(SummaryMetric),
    /** The period it speaks of, from the beginning where `from` is null; null: it speaks of now. */
    period: z.object({ from: Instant.nullable(), to: Instant }).nullable(),
    as_of: Instant,
  })
  .meta({ id: "TopicSummary" });
export type TopicSummary = z.output<typeof TopicSummary>;

export const Summary = z
  .object({
    /** The topics that were asked for; null: see `degraded`. */
    topics: z.partialRecord(z.enum(summaryTopics), TopicSummary.nullable()),
    as_of: Instant,
    degraded: z.array(Degraded),
  })
  .meta({ id: "OverviewSummary" });
export type Summary = z.output<typeof Summary>;

export const getSummary = endpoint({
  id: "overview.summary",
  method: "GET",
  path: "/api/v1/overview/summary",
  summary: "The figures above each topic's list",
  permission: "overview:read",
  transaction: "own",
  query: z.object({
    /** Without it: all. */
    topic: z.array(z.enum(summaryTopics)).optional(),
    /** Bounds, both exclusive, of topics that speak of a period: completed, resolved, violations, logs. Trends need `from`. */
    from: When.optional(),
    to: When.optional(),
  }),
  returns: Summary,
});
