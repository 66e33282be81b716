// Who may change the control, and what they did with that in a period.

import { eq } from "drizzle-orm";
import { memberships } from "@/db/schema/tenancy";
import type { Period } from "@/server/exports/content/period";
import type { PrivilegedAccess } from "@/server/exports/content/soc2-bundle-types";
import type { Subject } from "@/server/exports/content/subject";
import type { TenantDb } from "@/server/platform/db/tenant-db";

/** The role of `user:<id>` now; null for keys, the system and those who are members no more. */
export async function membershipRoleOf(db: TenantDb, actor: string): Promise<string | null> {
  const [kind, id] = actor.split(":");
  if (kind !== "user" || id === undefined) return null;
  const seat = await db.first(memberships, eq(memberships.userId, id));
  return seat?.role ?? null;
}

/** By the first word of their actions: what decides what a run may do, who may decide it, and who may read it. */
const privileged = [
  "policy",
  "limit",
  "prices",
  "settings",
  "freeze",
  "override",
  "member",
  "api_key",
  "tenant",
  "log",
  "key",
  "retention",
  "export",
];
/** Deeds of people on single runs that let something pass or end it. */
const privilegedDeeds = ["run.released", "run.cancelled"];

export async function privilegedAccessIn(subject: Subject, period: Period): Promise<PrivilegedAccess> {
  const { db, names, questions } = subject;
  const rows = await db.sql<{
    recorded_at: Date;
    actor_type: string;
    actor_id: string;
    action: string;
    entity_type: string;
    entity_id: string;
    request_id: string | null;
    decision: string | null;
  }>`
    select a.recorded_at, a.actor_type, a.actor_id, a.action, a.entity_type, a.entity_id, a.request_id,
      a.detail ->> 'decision' as decision
    from audit_logs a
    where ${db.mine("a")} and a.recorded_at >= ${period.start} and a.recorded_at < ${period.end}
      and (split_part(a.action, '.', 1) = any(${privileged}) or a.action = any(${privilegedDeeds}))
    order by a.recorded_at, a.id`;
  questions.note({
    id: "privileged_access",
    reads: ["audit_logs", "memberships"],
    condition: `recorded_at in the period and action one of ${privileged.join(", ")} (any), ${privilegedDeeds.join(", ")}`,
    parameters: { start: period.start.toISOString(), end: period.end.toISOString() },
    rows: rows.length,
  });
  return {
    looked_for:
      "owners, admins and keys that may change policies, now; and every change of policies, limits, prices, settings, freezes, overrides, members, keys, exports and the log, every pause that was released or denied and every run that was cancelled, in the period",
    holders: await holdersOf(subject),
    actions: rows.map((row) => ({
      at: row.recorded_at.toISOString(),
      actor: names.of(`${row.actor_type}:${row.actor_id}`),
      action: deedOf(row),
      entity: `${row.entity_type} ${row.entity_id}`,
      request_id: row.request_id,
    })),
  };
}

/** One action stands for both answers to a pause. */
function deedOf({ action, decision }: { action: string; decision: string | null }): string {
  if (action !== "run.released" || decision === null) return action;
  return `${action} (release ${decision === "approve" ? "approved" : "denied"})`;
}

async function holdersOf({ db, names }: Subject): Promise<PrivilegedAccess["holders"]> {
  const rows = await db.sql<{ id: string; role: string; since: Date; expires_at: Date | null }>`
    select 'user:' || m.user_id as id, m.role, m.created_at as since, m.expires_at from memberships m
    where ${db.mine("m")} and m.role in ('owner', 'admin') and m.status = 'active'
    union all
    select 'key:' || k.id, 'key with policies:manage or policies:override', k.created_at, k.expires_at from api_keys k
    where ${db.mine("k")} and k.status = 'active' and k.scopes && array['policies:manage', 'policies:override']
    order by 3, 1`;
  return rows.map((row) => ({
    actor: names.of(row.id),
    role: row.role,
    since: row.since.toISOString(),
    expires_at: row.expires_at?.toISOString() ?? null,
  }));
}
