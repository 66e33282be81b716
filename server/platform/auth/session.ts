import "server-only";
import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { twoFactor } from "better-auth/plugins/two-factor";
import { drizzle } from "drizzle-orm/pg-proxy";
import { v7 as uuidv7 } from "uuid";
import { accounts, rateLimits, sessions, twoFactors, users, verifications } from "@/db/schema/account";
import { ABSOLUTE_SECONDS, COOKIE_PREFIX, IDLE_SECONDS } from "@/server/platform/auth/session-cookie";
import { asSystem } from "@/server/platform/db/system-db";
import { env } from "@/server/platform/env/env";
import { once } from "@/server/platform/env/once";
import { authSecret } from "@/server/platform/env/secrets";
import { log } from "@/server/platform/log/log";

// The auth library makes sessions, checks passwords and sets cookies; who a session stands for is read by find-session.ts.
// It is reached through server/account/auth-door.ts only, which holds the origin, the rates, the audit and the inputs.

export const AUTH_BASE_PATH = "/api/auth";
const PASSWORD_MIN = 12;
const PASSWORD_MAX = 128;
/** How long the code may take after the password. */
const SECOND_FACTOR_SECONDS = 600;

/** Where the library finds the client's address; the door sets it. */
export const ADDRESS_HEADER = "x-holdpoint-client";

/** Answers a request to one of the library's own addresses below `/api/auth`. */
export function answerByLibrary(request: Request): Promise<Response> {
  return once("auth", makeLibrary).handler(request);
}

function makeLibrary(): { handler(request: Request): Promise<Response> } {
  return betterAuth({
    appName: "Holdpoint",
    baseURL: env.PUBLIC_URL ?? `http://localhost:${env.PORT}`,
    basePath: AUTH_BASE_PATH,
    secret: authSecret(),
    telemetry: { enabled: false },
    logger: { log: (level, message) => log.debug({ level }, `auth library: ${message}`) },
    database: drizzleAdapter(systemDatabase(), { provider: "pg", schema: libraryTables }),
    emailAndPassword: {
      enabled: true,
      // A sign-up makes a tenant too, in one transaction: server/account/commands.ts.
      disableSignUp: true,
      minPasswordLength: PASSWORD_MIN,
      maxPasswordLength: PASSWORD_MAX,
    },
    session: {
      // The cookie may live for the absolute time-out; the row ends after the idle one unless find-session.ts moves it.
      expiresIn: ABSOLUTE_SECONDS,
      disableSessionRefresh: true,
      cookieCache: { enabled: false },
      additionalFields: { activeTenantId: { type: "string", required: false, input: false } },
    },
    databaseHooks: { session: { create: { before: async (session) => ({ data: await newSession(session) }) } } },
    plugins: [secondFactor()],
    // Rates are taken by the door, per address and per account.
    rateLimit: { enabled: false },
    advanced: {
      cookiePrefix: COOKIE_PREFIX,
      useSecureCookies: false,
      defaultCookieAttributes: { secure: true, httpOnly: true, sameSite: "lax", path: "/" },
      // Held by the door for every write, with and without a cookie.
      disableCSRFCheck: true,
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
      database: { generateId: () => uuidv7() },
    },
  });
}

const libraryTables = {
  ...{ user: users, session: sessions, account: accounts, verification: verifications, rateLimit: rateLimits },
  twoFactor: twoFactors,
};

function secondFactor() {
  return twoFactor({
    issuer: "Holdpoint",
    twoFactorCookieMaxAge: SECOND_FACTOR_SECONDS,
    backupCodeOptions: { storeBackupCodes: "encrypted" },
    // Wrong codes are counted by the door, as wrong passwords are.
    accountLockout: { enabled: false },
  });
}

interface SessionToBegin {
  userId: string;
  /** Set when it follows another session of the same user: it goes on in that one's tenant. */
  activeTenantId?: unknown;
}

// Times are the database's, and the session begins in the tenant of the user's oldest seat that is still good.
async function newSession({ userId, activeTenantId }: SessionToBegin) {
  const wanted = typeof activeTenantId === "string" ? activeTenantId : null;
  return asSystem("auth: the auth library's own tables", async (sql) => {
    await sql`delete from sessions where user_id = ${userId} and expires_at < clock_timestamp()`;
    const [row] = await sql<{ now: Date; tenant_id: string | null }[]>`
      select date_trunc('milliseconds', clock_timestamp()) as now, (
        select m.tenant_id from memberships m join tenants t on t.id = m.tenant_id
        where m.user_id = ${userId} and t.status <> 'closed' and m.status = 'active'
          and (m.expires_at is null or m.expires_at > clock_timestamp())
        order by m.tenant_id = ${wanted}::uuid desc nulls last, m.created_at, m.id limit 1) as tenant_id`;
    const now = row?.now ?? new Date();
    return {
      createdAt: now,
      updatedAt: now,
      expiresAt: new Date(now.getTime() + IDLE_SECONDS * 1000),
      activeTenantId: row?.tenant_id ?? null,
    };
  });
}

// The library's statements run one by one under the system role, whose grants end at its own tables.
function systemDatabase() {
  return drizzle(
    (text, parameters, method) =>
      asSystem("auth: the auth library's own tables", async (sql) => {
        const query = sql.unsafe(text, parameters);
        return { rows: method === "execute" ? await query : await query.values() };
      }),
    { casing: "snake_case" },
  );
}
