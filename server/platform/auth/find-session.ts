import type { Role } from "@/db/vocabulary";
import { type Permission, type Principal, rolePermissions } from "@/server/platform/auth/principal";
import { ABSOLUTE_SECONDS, IDLE_SECONDS } from "@/server/platform/auth/session-cookie";
import { asSystem } from "@/server/platform/db/system-db";

export type UserPrincipal = Extract<Principal, { kind: "user" }>;

// A use moves the idle time-out, but writes at most once in this time.
const TOUCH_SECONDS = 60;

interface SessionRow {
  id: string;
  user_id: string;
  tenant_id: string;
  role: Role;
  tenant_status: string;
}

/**
 * Who a session's token stands for, read anew each time: null once the session is revoked, idle for 30 minutes or 12
 * hours old, once the seat has ended, expired or been suspended, and when its tenant is closed. In a suspended tenant: reads only.
 */
export async function findSession(token: string): Promise<UserPrincipal | null> {
  const [row] = await asSystem(
    "auth: find the session",
    (sql) => sql<SessionRow[]>`
      with live as (
        select s.id, s.user_id, s.updated_at, s.created_at, m.tenant_id, m.role, t.status as tenant_status
        from sessions s
        join memberships m on m.user_id = s.user_id and m.tenant_id = s.active_tenant_id
        join tenants t on t.id = m.tenant_id
        where s.token = ${token} and s.expires_at > clock_timestamp()
          and s.created_at > clock_timestamp() - make_interval(secs => ${ABSOLUTE_SECONDS})
          and m.status = 'active' and (m.expires_at is null or m.expires_at > clock_timestamp())
          and t.status <> 'closed'
      ), touched as (
        update sessions s set updated_at = clock_timestamp(), expires_at = least(
          clock_timestamp() + make_interval(secs => ${IDLE_SECONDS}),
          s.created_at + make_interval(secs => ${ABSOLUTE_SECONDS}))
        from live where s.id = live.id
          and live.updated_at < clock_timestamp() - make_interval(secs => ${TOUCH_SECONDS})
      )
      select id, user_id, tenant_id, role, tenant_status from live`,
  );
  return row === undefined ? null : principalOfRow(row);
}

function principalOfRow(row: SessionRow): UserPrincipal {
  return {
    kind: "user",
    tenantId: row.tenant_id,
    userId: row.user_id,
    sessionId: row.id,
    role: row.role,
    permissions: permittedIn(row.tenant_status, rolePermissions[row.role]),
  };
}

/** A suspended tenant may be looked at and not changed. */
export function permittedIn(tenantStatus: string, held: ReadonlySet<Permission>): ReadonlySet<Permission> {
  if (tenantStatus === "active") return held;
  return new Set([...held].filter((permission) => tenantStatus === "suspended" && permission.endsWith(":read")));
}
