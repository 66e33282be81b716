// What a page's frame says of who looks at it: the user, the tenant, the other seats.

import { tenantControls } from "@/db/schema/tenancy";
import type { Role } from "@/db/vocabulary";
import type { UserPrincipal } from "@/server/platform/auth/find-session";
import { asSystem } from "@/server/platform/db/system-db";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";
import { Unauthenticated } from "@/server/platform/http/problem";

export interface Seat {
  tenant_id: string;
  name: string;
  role: Role;
}

export interface ViewerSession {
  session_id: string;
  user: { user_id: string; email: string; name: string };
  tenant: { tenant_id: string; name: string; timezone: string };
  role: Role;
  permissions: string[];
  /** Whether signing in asks for a code. */
  second_factor: boolean;
  /** Every tenant in which the user may sit, this one included. */
  seats: Seat[];
}

interface Row {
  email: string;
  name: string;
  two_factor: boolean;
  seats: Seat[];
}

/** Throws 401 when the user went meanwhile. */
export async function sessionOf(principal: UserPrincipal): Promise<ViewerSession> {
  const [row, timezone] = await Promise.all([accountOf(principal), asTenant(principal, timezoneOf)]);
  const seat = row?.seats.find((one) => one.tenant_id === principal.tenantId);
  if (row === undefined || seat === undefined) throw Unauthenticated.with();
  return {
    session_id: principal.sessionId,
    user: { user_id: principal.userId, email: row.email, name: row.name },
    tenant: { tenant_id: seat.tenant_id, name: seat.name, timezone },
    role: principal.role,
    permissions: [...principal.permissions],
    second_factor: row.two_factor,
    seats: row.seats,
  };
}

async function accountOf({ userId }: UserPrincipal): Promise<Row | undefined> {
  const [row] = await asSystem(
    "auth: the auth library's own tables",
    (sql) => sql<Row[]>`
      select u.email, u.name, coalesce(u.two_factor_enabled, false) as two_factor, (
        select json_agg(json_build_object('tenant_id', t.id, 'name', t.name, 'role', m.role) order by t.name, t.id)
        from memberships m join tenants t on t.id = m.tenant_id
        where m.user_id = u.id and m.status = 'active' and t.status <> 'closed'
          and (m.expires_at is null or m.expires_at > clock_timestamp())) as seats
      from users u where u.id = ${userId}`,
  );
  return row;
}

async function timezoneOf(db: TenantDb): Promise<string> {
  const [control] = await db.rows(tenantControls, { limit: 1 });
  const { timezone }: { timezone?: unknown } = Object(control?.settings);
  return typeof timezone === "string" ? timezone : "UTC";
}
