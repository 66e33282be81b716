import { resolutionMethods, severities } from "@/db/vocabulary";
import type { TopicLink, TopicSummary } from "@/server/overview/contract";
import { openIncidents, type ResolvedFacts, resolvedIn } from "@/server/overview/incident-facts";
import { percentOf } from "@/server/overview/period";
import { counted, type Moment, metric, stripOf, stripOfNow } from "@/server/overview/strip";
import type { TenantDb } from "@/server/platform/db/tenant-db";

export async function activeStrip(db: TenantDb, { asOf }: Moment): Promise<TopicSummary> {
  const facts = await openIncidents(db);
  const link = (filter: Record<string, string>): TopicLink => ({
    ...{ domain: "incidents", topic: "active" },
    filter: { ...filter, synthetic: "false" },
  });
  const isGrave = facts.critical + facts.high > 0 || facts.missed > 0;
  return stripOfNow(asOf, {
    topic: "incidents/active",
    total: facts.open,
    active: facts.unacknowledged,
    status: isGrave ? "critical" : facts.open > 0 ? "warning" : "healthy",
    metrics: [
      ...severities
        .toReversed()
        .flatMap((severity) =>
          counted("severity", { [severity]: facts[severity] }, { link: () => link({ severity }) }),
        ),
      metric({ key: "unacknowledged", label: "Unacknowledged", value: facts.unacknowledged }),
      metric({
        ...{ key: "escalated", label: "Escalated", value: facts.escalated },
        link: link({ escalated: "true" }),
      }),
      metric({ key: "oldest", label: "Oldest", value: facts.oldest?.toISOString() ?? null, unit: "instant" }),
      metric({ key: "sla_at_risk", label: "Due soon", value: facts.at_risk }),
      metric({ key: "sla_missed", label: "Overdue", value: facts.missed }),
      metric({ key: "excluded", label: "Of rehearsals, not counted", value: facts.excluded }),
    ],
  });
}

export async function resolvedStrip(db: TenantDb, moment: Moment): Promise<TopicSummary> {
  const facts = await resolvedIn(db, moment.period);
  const before = moment.before && (await resolvedIn(db, moment.before));
  const inTime = (of: ResolvedFacts) => percentOf(of.in_time, of.resolved);
  return stripOf(moment, {
    topic: "incidents/resolved",
    total: facts.resolved,
    active: null,
    status: facts.in_time < facts.resolved ? "warning" : "healthy",
    metrics: [
      metric({ key: "resolved", label: "Resolved", value: facts.resolved, previous: before?.resolved }),
      metric({
        ...{
          key: "median_time_to_resolve",
          label: "Median time to resolve",
          value: whole(facts.median_ms),
          unit: "ms",
        },
        previous: before && whole(before.median_ms),
      }),
      metric({
        ...{ key: "sla_compliance", label: "Resolved in time", value: inTime(facts), unit: "percent" },
        previous: before && inTime(before),
      }),
      metric({ key: "reopened", label: "Reopened before", value: facts.reopened }),
      ...counted("resolution_method", facts.by_method, { words: resolutionMethods }).filter(({ value }) => value !== 0),
      metric({ key: "excluded", label: "Of rehearsals, not counted", value: facts.excluded }),
    ],
  });
}

function whole(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}
