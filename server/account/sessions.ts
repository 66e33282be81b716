// A user's own sessions. They lie in the auth library's tables, outside of any tenant, so every statement names the user.

import { findSession, type UserPrincipal } from "@/server/platform/auth/find-session";
import { asSystem, type SystemSql } from "@/server/platform/db/system-db";

export interface SessionView {
  session_id: string;
  current: boolean;
  created_at: string;
  last_seen_at: string;
  /** When it ends if nothing more happens. */
  expires_at: string;
  ip_address: string | null;
  user_agent: string | null;
}

interface SessionRow {
  id: string;
  created_at: Date;
  updated_at: Date;
  expires_at: Date;
  ip_address: string | null;
  user_agent: string | null;
}

const LISTED = 100;

/** The live sessions, the newest first. */
export async function listSessions(userId: string, currentId: string): Promise<SessionView[]> {
  const rows = await asSystem(
    "auth: the auth library's own tables",
    (sql) => sql<SessionRow[]>`
      select id, created_at, updated_at, expires_at, ip_address, user_agent from sessions
      where user_id = ${userId} and expires_at > clock_timestamp() order by created_at desc, id limit ${LISTED}`,
  );
  return rows.map((row) => ({
    session_id: row.id,
    current: row.id === currentId,
    created_at: row.created_at.toISOString(),
    last_seen_at: row.updated_at.toISOString(),
    expires_at: row.expires_at.toISOString(),
    ip_address: row.ip_address === "" ? null : row.ip_address,
    user_agent: row.user_agent === "" ? null : row.user_agent,
  }));
}

/**
 * Ends one session of the user, or all of them, or all but one; says how many. Effective on their next request. With all
 * or all but one go the sign-ins that wait for their code: who knew an old password may be holding one.
 */
export async function revokeSessions(
  userId: string,
  which: { only: string } | { allBut: string } | "all",
): Promise<number> {
  const ended = await asSystem("auth: the auth library's own tables", async (sql) => {
    if (which !== "all" && "only" in which) {
      return sql`delete from sessions where user_id = ${userId} and id = ${which.only}`;
    }
    await forgetChallenges(sql, userId);
    if (which === "all") return sql`delete from sessions where user_id = ${userId}`;
    return sql`delete from sessions where user_id = ${userId} and id <> ${which.allBut}`;
  });
  return ended.count;
}

/** Drops the user's sign-ins that wait for their code. */
export async function forgetChallenges(sql: SystemSql, userId: string): Promise<void> {
  await sql`delete from verifications where value = ${userId}`;
}

/** Drops the rows of sessions that are over, and of sign-ins that waited for their code in vain; how many sessions. */
export async function forgetExpiredSessions(): Promise<number> {
  return asSystem("auth: the auth library's own tables", async (sql) => {
    await sql`delete from verifications where expires_at < clock_timestamp()`;
    const gone = await sql`delete from sessions where expires_at < clock_timestamp()`;
    return gone.count;
  });
}

/** Ends the session of that token, whoever's it is: the caller has shown the signed cookie. */
export async function endSession(token: string): Promise<void> {
  await asSystem("auth: the auth library's own tables", (sql) => sql`delete from sessions where token = ${token}`);
}

/**
 * The session goes on in another tenant of its user, from the next request on. Gives its principal there; null for a tenant
 * in which the user has no seat that lets them in.
 */
export async function moveSession(sessionId: string, tenantId: string): Promise<UserPrincipal | null> {
  const [moved] = await asSystem(
    "auth: the auth library's own tables",
    (sql) => sql<{ token: string }[]>`
      update sessions s set active_tenant_id = m.tenant_id from memberships m join tenants t on t.id = m.tenant_id
      where s.id = ${sessionId} and m.user_id = s.user_id and m.tenant_id = ${tenantId} and m.status = 'active'
        and (m.expires_at is null or m.expires_at > clock_timestamp()) and t.status <> 'closed'
      returning s.token`,
  );
  return moved === undefined ? null : findSession(moved.token);
}

export interface AccountUser {
  user_id: string;
  email: string;
  name: string;
  two_factor: boolean;
}

export async function findUser(by: { userId: string } | { email: string }): Promise<AccountUser | null> {
  const [row] = await asSystem(
    "auth: the auth library's own tables",
    (sql) => sql<AccountUser[]>`
      select id as user_id, email, name, two_factor_enabled as two_factor from users
      where ${"userId" in by ? sql`id = ${by.userId}` : sql`email = ${by.email}`}`,
  );
  return row ?? null;
}

/** The tenants in which the user has a seat, to tell them about attempts on the account. */
export async function tenantsOfUser(userId: string): Promise<string[]> {
  const rows = await asSystem(
    "auth: the auth library's own tables",
    (sql) => sql<{ tenant_id: string }[]>`
      select m.tenant_id from memberships m join tenants t on t.id = m.tenant_id
      where m.user_id = ${userId} and t.status <> 'closed' order by m.created_at, m.id limit 20`,
  );
  return rows.map((row) => row.tenant_id);
}
