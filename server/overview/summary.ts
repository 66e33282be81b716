import { type Summary, type SummaryTopic, summaryTopics, type TopicSummary } from "@/server/overview/contract";
import { activeStrip, resolvedStrip } from "@/server/overview/incident-strips";
import { periodBefore } from "@/server/overview/period";
import { limitsStrip, rulesStrip, violationsStrip } from "@/server/overview/policy-strips";
import { Reading } from "@/server/overview/reading";
import { auditStrip, keysStrip } from "@/server/overview/record-strips";
import { completedStrip, liveStrip, recordsStrip } from "@/server/overview/run-strips";
import type { Moment } from "@/server/overview/strip";
import type { Permission, Principal } from "@/server/platform/auth/principal";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { invalid } from "@/server/platform/http/problem";

type Strip = { permission: Permission; read(db: TenantDb, moment: Moment): Promise<TopicSummary> };

const strips: Readonly<Record<SummaryTopic, Strip>> = {
  "activity/live": { permission: "activity:read", read: liveStrip },
  "activity/completed": { permission: "activity:read", read: completedStrip },
  "incidents/active": { permission: "incidents:read", read: activeStrip },
  "incidents/resolved": { permission: "incidents:read", read: resolvedStrip },
  "policies/active": { permission: "policies:read", read: rulesStrip },
  "policies/controls": { permission: "policies:read", read: limitsStrip },
  "policies/violations": { permission: "policies:read", read: violationsStrip },
  "logs/llm-runs": { permission: "logs:read", read: recordsStrip },
  "logs/audit-logs": { permission: "audit:read", read: auditStrip },
  "connectivity/api-keys": { permission: "keys:read", read: keysStrip },
};

type Asked = { topic?: readonly SummaryTopic[] | undefined; from?: string | undefined; to?: string | undefined };

/** @throws 422 for a period that ends before it begins */
export async function summaryFor(principal: Principal, asked: Asked): Promise<Summary> {
  const reading = await Reading.begin(principal);
  const moment = momentOf(reading.asOf, asked);
  const topics: Summary["topics"] = {};
  for (const topic of summaryTopics) {
    if (asked.topic?.includes(topic) === false) continue;
    const { permission, read } = strips[topic];
    topics[topic] = await reading.part(topic, permission, (db) => read(db, moment));
  }
  return { topics, as_of: reading.asOf.toISOString(), degraded: reading.degraded };
}

function momentOf(asOf: Date, { from, to }: Asked): Moment {
  const end = to === undefined ? asOf : new Date(to);
  if (from === undefined) return { asOf, period: { from: new Date(0), to: end }, before: null };
  const period = { from: new Date(from), to: end };
  if (period.from >= end) throw invalid({ pointer: "?from", code: "contradiction", detail: "It must be before `to`" });
  return { asOf, period, before: periodBefore(period) };
}
