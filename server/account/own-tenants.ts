// The tenants in which somebody has a seat, and moving one's session from one to another.

import type { Role, TenantStatus } from "@/db/vocabulary";
import { type AuthCall, answerWith, auditAuth } from "@/server/account/auth-call";
import type { SwitchTenant } from "@/server/account/contract";
import { requirePrincipal } from "@/server/account/own-sessions";
import { findUser, moveSession } from "@/server/account/sessions";
import { sessionView } from "@/server/account/sign-in";
import type { OwnSeat } from "@/server/account/wire";
import type { UserPrincipal } from "@/server/platform/auth/find-session";
import { asSystem } from "@/server/platform/db/system-db";
import { NotFound, Unauthenticated } from "@/server/platform/http/problem";

export async function showTenants(call: AuthCall): Promise<Response> {
  return answerWith({ items: await listOwnSeats(await requirePrincipal(call)) });
}

interface SeatRow {
  tenant_id: string;
  name: string;
  slug: string;
  status: TenantStatus;
  role: Role;
  expires_at: Date | null;
}

/** The seats that let somebody in now, by the tenants' names. */
export async function listOwnSeats({ userId, tenantId }: UserPrincipal): Promise<OwnSeat[]> {
  const rows = await asSystem(
    "auth: the auth library's own tables",
    (sql) => sql<SeatRow[]>`
      select t.id as tenant_id, t.name, t.slug, t.status, m.role, m.expires_at
      from memberships m join tenants t on t.id = m.tenant_id
      where m.user_id = ${userId} and m.status = 'active' and t.status <> 'closed'
        and (m.expires_at is null or m.expires_at > clock_timestamp())
      order by lower(t.name), t.id`,
  );
  return rows.map((row) => ({
    ...row,
    expires_at: row.expires_at?.toISOString() ?? null,
    current: row.tenant_id === tenantId,
  }));
}

/** Throws 404 for a tenant in which the user has no seat that lets them in. */
export async function switchTenant(call: AuthCall, { tenant_id }: SwitchTenant): Promise<Response> {
  const principal = await requirePrincipal(call);
  const next = await moveSession(principal.sessionId, tenant_id);
  if (next === null) throw NotFound.with();
  const user = await findUser({ userId: next.userId });
  if (user === null) throw Unauthenticated.with();
  if (next.tenantId !== principal.tenantId) await auditMove(call, principal, next);
  return answerWith(sessionView(next, user));
}

// Neither tenant learns of the other.
async function auditMove(call: AuthCall, from: UserPrincipal, to: UserPrincipal): Promise<void> {
  const session = { entity_type: "session", entity_id: to.sessionId } as const;
  await auditAuth(call, from, { action: "session.left_tenant", ...session });
  await auditAuth(call, to, { action: "session.entered_tenant", ...session });
}
