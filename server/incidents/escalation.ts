// Escalation: who is called in, how far up it has gone, and what a raised severity does to the due time.

import { z } from "zod";
import type { incidents } from "@/db/schema/incidents";
import { roles } from "@/db/vocabulary";
import type { IncidentRow } from "@/server/incidents/image";
import { maxEscalationLevel, raisedSeverity, type SlaHours, slaDueAfterRaise } from "@/server/incidents/rules";
import { isMember } from "@/server/incidents/store";
import { severityOf } from "@/server/incidents/wire";
import type { Changes, TenantDb } from "@/server/platform/db/tenant-db";
import { invalid } from "@/server/platform/http/problem";

type EscalationEvent = { type: "escalated" | "severity_changed"; detail: object };

/** `role:<role>` or `user:<id>`. Throws 422 for a role that does not exist and for somebody who is no member now. */
export async function requireTarget(db: TenantDb, target: string): Promise<string> {
  const role = roles.find((known) => known === target);
  if (role !== undefined) return `role:${role}`;
  const userId = z.guid().toLowerCase().safeParse(target);
  if (userId.success && (await isMember(db, userId.data))) return `user:${userId.data}`;
  throw invalid({ pointer: "#/target", code: "unknown_target", detail: "It is neither a role nor a member" });
}

/** What an escalation changes. `target` is already known to exist; the severity rises by one step at most. */
export function escalationOf(
  before: IncidentRow,
  order: { target: string; reason: string; raise_severity?: boolean | undefined; at: Date; hours: SlaHours },
): { changes: Changes<typeof incidents>; events: EscalationEvent[] } {
  const level = Math.min(before.escalationLevel + 1, maxEscalationLevel);
  const detail = { target: order.target, reason: order.reason, level };
  const from = severityOf(before);
  const severity = order.raise_severity === true ? raisedSeverity(from) : from;
  const changes = { escalationLevel: level, escalatedTo: order.target, escalatedAt: order.at };
  if (severity === from) return { changes, events: [{ type: "escalated", detail }] };
  const slaDueAt = slaDueAfterRaise(before, severity, order.hours);
  return {
    changes: { ...changes, severity, slaDueAt },
    events: [
      { type: "escalated", detail },
      { type: "severity_changed", detail: { from, to: severity, sla_due_at: slaDueAt.toISOString() } },
    ],
  };
}
