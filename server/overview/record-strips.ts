import type { TopicLink, TopicSummary } from "@/server/overview/contract";
import { auditFacts, isLogHalted, keyFacts, lastAuditAt } from "@/server/overview/record-facts";
import { bounds, counted, type Moment, metric, stripOf, stripOfNow } from "@/server/overview/strip";
import type { TenantDb } from "@/server/platform/db/tenant-db";

export async function auditStrip(db: TenantDb, moment: Moment): Promise<TopicSummary> {
  const facts = await auditFacts(db, moment.period);
  const before = moment.before && (await auditFacts(db, moment.before));
  const isHalted = await isLogHalted(db);
  const recorded = bounds({ after: "recorded_after", before: "recorded_before" }, moment);
  const link = (filter: Record<string, string>): TopicLink => ({
    ...{ domain: "logs", topic: "audit-logs" },
    filter: { ...filter, ...recorded },
  });
  return stripOf(moment, {
    topic: "logs/audit-logs",
    total: facts.total,
    active: null,
    status: isHalted ? "critical" : "healthy",
    metrics: [
      metric({
        ...{ key: "entries", label: "Entries", value: facts.total, link: link({}) },
        previous: before?.total,
      }),
      metric({ key: "actors", label: "Different actors", value: facts.actors, previous: before?.actors }),
      ...counted("actor_type", facts.by_actor_type, {
        words: ["user", "key", "system"],
        link: (word) => link({ actor_type: word }),
      }),
      metric({
        ...{ key: "last_entry", label: "Newest entry", unit: "instant" },
        value: (await lastAuditAt(db))?.toISOString() ?? null,
      }),
      metric({ key: "log_halted", label: "Evidence log", value: isHalted ? "halted" : "signed", unit: "text" }),
    ],
  });
}

export async function keysStrip(db: TenantDb, { asOf }: Moment): Promise<TopicSummary> {
  const facts = await keyFacts(db);
  const state = (key: "active" | "expired" | "revoked", label: string) =>
    metric({
      ...{ key, label, value: facts[key], group: "status" },
      link: { domain: "connectivity", topic: "api-keys", filter: { status: key } },
    });
  return stripOfNow(asOf, {
    topic: "connectivity/api-keys",
    total: facts.total,
    active: facts.active,
    status: facts.frozen > 0 || facts.expiring > 0 ? "warning" : "healthy",
    metrics: [
      state("active", "Active"),
      state("expired", "Expired"),
      state("revoked", "Revoked"),
      metric({ key: "expiring", label: "Expire within 7 days", value: facts.expiring }),
      metric({ key: "frozen", label: "Frozen", value: facts.frozen }),
    ],
  });
}
