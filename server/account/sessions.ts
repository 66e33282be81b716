// A user's own sessions. They lie in the auth library's tables, outside of any tenant, so every statement names the user.

import { asSystem } from "@/server/platform/db/system-db";

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

/** Ends one session of the user, or all of them, or all but one; says how many. Effective on their next request. */
export async function revokeSessions(
  userId: string,
  which: { only: string } | { allBut: string } | "all",
): Promise<number> {
  const ended = await asSystem("auth: the auth library's own tables", (sql) => {
    if (which === "all") return sql`delete from sessions where user_id = ${userId}`;
    if ("only" in which) return sql`delete from sessions where user_id = ${userId} and id = ${which.only}`;
    return sql`delete from sessions where user_id = ${userId} and id <> ${which.allBut}`;
  });
  return ended.count;
}

/** Drops the rows of sessions that are over, of all users; how many. */
export async function forgetExpiredSessions(): Promise<number> {
  const gone = await asSystem(
    "auth: the auth library's own tables",
    (sql) => sql`delete from sessions where expires_at < clock_timestamp()`,
  );
  return gone.count;
}

/** Ends the session of that token, whoever's it is: the caller has shown the signed cookie. */
export async function endSession(token: string): Promise<void> {
  await asSystem("auth: the auth library's own tables", (sql) => sql`delete from sessions where token = ${token}`);
}

export interface UserView {
  user_id: string;
  email: string;
  name: string;
}

export async function findUser(by: { userId: string } | { email: string }): Promise<UserView | null> {
  const [row] = await asSystem(
    "auth: the auth library's own tables",
    (sql) => sql<UserView[]>`
      select id as user_id, email, name from users
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
