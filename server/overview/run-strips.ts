import type { TopicLink, TopicSummary } from "@/server/overview/contract";
import { percentOf } from "@/server/overview/period";
import { thatCount } from "@/server/overview/rules";
import { finishedFacts, liveFacts, nearFinishes, recordFacts, usageIn } from "@/server/overview/run-facts";
import { bounds, counted, type Moment, metric, stripOf, stripOfNow } from "@/server/overview/strip";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { wireCents } from "@/server/policies/amounts";

const liveStatuses = ["running", "queued", "paused", "retry"] as const;

export async function liveStrip(db: TenantDb, { asOf }: Moment): Promise<TopicSummary> {
  const facts = await liveFacts(db);
  const of = (status: string): TopicLink => ({
    ...{ domain: "activity", topic: "live" },
    filter: { status, ...thatCount },
  });
  const waits = facts.paused > 0 || facts.near > 0 || facts.silent > 0;
  return stripOfNow(asOf, {
    topic: "activity/live",
    total: facts.live,
    active: facts.running,
    status: facts.over > 0 ? "critical" : waits ? "warning" : "healthy",
    metrics: [
      ...liveStatuses.flatMap((status) => counted("status", { [status]: facts[status] }, { link: of })),
      metric({ key: "near_limit", label: "Near a limit", value: facts.near }),
      metric({ key: "over_limit", label: "Over a limit", value: facts.over }),
      metric({ key: "silent", label: "Silent for 5 minutes", value: facts.silent }),
      metric({ key: "oldest", label: "Oldest start", value: facts.oldest?.toISOString() ?? null, unit: "instant" }),
      metric({ key: "excluded", label: "Rehearsals, not counted", value: facts.excluded }),
    ],
  });
}

export async function completedStrip(db: TenantDb, moment: Moment): Promise<TopicSummary> {
  const facts = await finishedFacts(db, moment.period);
  const before = moment.before && (await finishedFacts(db, moment.before));
  const near = await nearFinishes(db, moment.period);
  const ended = { ...bounds({ after: "completed_after", before: "completed_before" }, moment), ...thatCount };
  const link = (status: string): TopicLink => ({
    domain: "activity",
    topic: "completed",
    filter: { ...ended, status },
  });
  const ratio = (of: typeof facts) => percentOf(of.failed + of.stopped, of.finished);
  const part = (key: "succeeded" | "failed" | "stopped" | "aborted", label: string, status: string) =>
    metric({
      ...{ key: key === "stopped" ? "stopped_by_policy" : key, label, value: facts[key], group: "status" },
      ...{ previous: before?.[key] ?? null, link: link(status) },
    });
  return stripOf(moment, {
    topic: "activity/completed",
    total: facts.finished,
    active: null,
    status: facts.stopped + facts.failed > 0 ? "warning" : "healthy",
    metrics: [
      part("succeeded", "Succeeded", "succeeded"),
      part("failed", "Failed", "failed"),
      part("stopped", "Stopped by policy", "failed_policy"),
      part("aborted", "Cancelled", "cancelled"),
      metric({ key: "near_limit", label: "Ended near a limit", value: near }),
      metric({
        ...{ key: "failure_ratio", label: "Failed or stopped", value: ratio(facts), unit: "percent" },
        previous: before && ratio(before),
      }),
      metric({ key: "excluded", label: "Rehearsals and refused starts, not counted", value: facts.excluded }),
    ],
  });
}

export async function recordsStrip(db: TenantDb, moment: Moment): Promise<TopicSummary> {
  const facts = await recordFacts(db, moment.period);
  const before = moment.before && (await recordFacts(db, moment.before));
  const { SUCCEEDED, FAILED, ABORTED, TIMEOUT } = facts;
  const { tokens, cost_units } = await usageIn(db, moment.period);
  return stripOf(moment, {
    topic: "logs/llm-runs",
    total: facts.total,
    active: null,
    status: "healthy",
    metrics: [
      metric({ key: "records", label: "Records", value: facts.total, previous: before?.total }),
      ...counted("execution_status", { SUCCEEDED, FAILED, ABORTED, TIMEOUT }),
      metric({ key: "tokens", label: "Tokens", value: tokens, unit: "tokens" }),
      metric({ key: "cost", label: "Cost", value: wireCents(cost_units), unit: "cents" }),
    ],
  });
}
