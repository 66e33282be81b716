// What a page's frame says of who looks at it: the user, the tenant, the other seats.

import { tenantControls } from "@/db/schema/tenancy";
import type { Role } from "@/db/vocabulary";
import { listOwnSeats } from "@/server/account/own-tenants";
import { findUser } from "@/server/account/sessions";
import type { OwnSeat } from "@/server/account/wire";
import type { UserPrincipal } from "@/server/platform/auth/find-session";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";
import { Unauthenticated } from "@/server/platform/http/problem";

export interface ViewerSession {
  session_id: string;
  user: { user_id: string; email: string; name: string };
  tenant: { tenant_id: string; name: string; timezone: string };
  role: Role;
  permissions: string[];
  /** Whether signing in asks for a code. */
  second_factor: boolean;
  /** Every tenant in which the user may sit, this one included. */
  seats: Pick<OwnSeat, "tenant_id" | "name" | "role">[];
}

/** Throws 401 when the user went meanwhile. */
export async function sessionOf(principal: UserPrincipal): Promise<ViewerSession> {
  const [user, seats, timezone] = await Promise.all([
    findUser({ userId: principal.userId }),
    listOwnSeats(principal),
    asTenant(principal, timezoneOf),
  ]);
  const seat = seats.find((one) => one.current);
  if (user === null || seat === undefined) throw Unauthenticated.with();
  return {
    session_id: principal.sessionId,
    user: { user_id: user.user_id, email: user.email, name: user.name },
    tenant: { tenant_id: seat.tenant_id, name: seat.name, timezone },
    role: principal.role,
    permissions: [...principal.permissions],
    second_factor: user.two_factor,
    seats: seats.map(({ tenant_id, name, role }) => ({ tenant_id, name, role })),
  };
}

async function timezoneOf(db: TenantDb): Promise<string> {
  const [control] = await db.rows(tenantControls, { limit: 1 });
  const { timezone }: { timezone?: unknown } = Object(control?.settings);
  return typeof timezone === "string" ? timezone : "UTC";
}
