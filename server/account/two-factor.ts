// The second factor: an authenticator's codes (RFC 6238) and ten backup codes. The library keeps secret and codes encrypted
// and compares; attempts, single use, audit and the sessions that end are held here.

import { createHash } from "node:crypto";
import { type AuthCall, answerWith, askLibrary, auditAuth, type LibraryAnswer } from "@/server/account/auth-call";
import {
  SecondFactorExpired,
  type TwoFactorCode,
  TwoFactorOff,
  TwoFactorOn,
  type TwoFactorPassword,
  WrongCode,
  WrongPassword,
} from "@/server/account/contract";
import { auditUser, requirePrincipal } from "@/server/account/own-sessions";
import { findUser, revokeSessions, tenantsOfUser } from "@/server/account/sessions";
import { beginSession, sessionView } from "@/server/account/sign-in";
import { forgetAttempts, takeAttempt } from "@/server/platform/auth/attempts";
import { findSession, type UserPrincipal } from "@/server/platform/auth/find-session";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { challengeOf, SESSION_COOKIE, sessionTokenOf } from "@/server/platform/auth/session-cookie";
import { asSystem } from "@/server/platform/db/system-db";
import { Internal, RateLimited, Unauthenticated } from "@/server/platform/http/problem";

const wrongPasswords = { max: 10, windowSeconds: 300 };
const wrongCodes = { max: 10, windowSeconds: 900 };
/** A code of the authenticator is good for 30 seconds before and after its own 30. */
const CODE_SECONDS = 120;

/** Begins: the answer shows secret and backup codes this once. Nothing is asked for at sign-in before `confirm`. */
export async function enableTwoFactor(call: AuthCall, { password }: TwoFactorPassword): Promise<Response> {
  const principal = await requirePrincipal(call);
  if (await isOn(principal)) throw TwoFactorOn.with();
  const { body } = await withPassword(call, principal, () => askLibrary(call, "/two-factor/enable", { password }));
  const uri = String(body.totpURI);
  const secret = new URL(uri).searchParams.get("secret");
  if (secret === null) throw Internal.with({}, { cause: new Error("a second factor without a secret") });
  return answerWith({ totp_uri: uri, secret, backup_codes: body.backupCodes });
}

/** Turns it on with the first code, and ends all other sessions. Throws 403 `wrong-code`, 409 `two-factor-off`, 429. */
export async function confirmTwoFactor(call: AuthCall, { code }: TwoFactorCode): Promise<Response> {
  const principal = await requirePrincipal(call);
  if (await isOn(principal)) throw TwoFactorOn.with();
  const answer = await withCode(principal.userId, code, () => askLibrary(call, "/two-factor/verify-totp", { code }));
  if (answer.body.code === "TOTP_NOT_ENABLED") throw TwoFactorOff.with({ detail: "Begin with two-factor/enable." });
  if (answer.status !== 200) {
    await auditUser(call, principal, { action: "user.two_factor_failed" });
    throw WrongCode.with();
  }
  const next = await sessionIn(answer);
  const revoked = await revokeSessions(principal.userId, { allBut: next.sessionId });
  await auditEverywhere(call, next, "user.two_factor_enabled");
  return answerWith({ two_factor: true, revoked }, { cookies: answer.cookies });
}

/** Turns it off and forgets secret and codes. Throws 403 `wrong-password`, 409 `two-factor-off`, 429. */
export async function disableTwoFactor(call: AuthCall, { password }: TwoFactorPassword): Promise<Response> {
  const principal = await requirePrincipal(call);
  if (!(await isOn(principal))) throw TwoFactorOff.with();
  const answer = await withPassword(call, principal, () => askLibrary(call, "/two-factor/disable", { password }));
  await auditEverywhere(call, await sessionIn(answer), "user.two_factor_disabled");
  return answerWith({ two_factor: false }, { cookies: answer.cookies });
}

/**
 * Ends a sign-in that asked for a code. Throws 401 `second-factor-expired` when there is none or its ten minutes are over,
 * 403 `wrong-code` or `no-seat`, 429.
 */
export async function verifyTwoFactor(call: AuthCall, { code }: TwoFactorCode): Promise<Response> {
  const userId = await findChallenged(call);
  if (userId === null) throw SecondFactorExpired.with({ detail: "Sign in again." });
  const kind = /^\d{6}$/.test(code) ? "totp" : "backup-code";
  // With a session beside the challenge the library would check the code against the session's user.
  const bare = { ...call, request: withoutSession(call.request) };
  const ask = () => askLibrary(bare, `/two-factor/verify-${kind}`, { code });
  const answer = await withCode(userId, code, ask);
  if (answer.status !== 200) {
    await auditWrongCode(call, userId);
    throw WrongCode.with();
  }
  const opened = await beginSession(call, answer, { second_factor: kind });
  return answerWith(sessionView(opened.principal, opened.user), { cookies: opened.cookies });
}

async function withPassword(
  call: AuthCall,
  principal: UserPrincipal,
  ask: () => Promise<LibraryAnswer>,
): Promise<LibraryAnswer> {
  const key = `two-factor/password/${principal.userId}`;
  await takeAttempt({ key, ...wrongPasswords });
  const answer = await ask();
  if (answer.status !== 200) {
    await auditUser(call, principal, { action: "user.two_factor_failed" });
    throw WrongPassword.with();
  }
  await forgetAttempts(key);
  return answer;
}

/** Counts the attempt, and takes a code of the authenticator once: who saw it being typed cannot type it again. */
async function withCode(userId: string, code: string, ask: () => Promise<LibraryAnswer>): Promise<LibraryAnswer> {
  const key = `two-factor/code/${userId}`;
  await takeAttempt({ key, ...wrongCodes });
  if (!(await isFresh(userId, code))) return { status: 401, cookies: [], body: {} };
  const answer = await ask();
  if (answer.status === 200) await forgetAttempts(key);
  return answer;
}

async function isFresh(userId: string, code: string): Promise<boolean> {
  const spent = createHash("sha256").update(`${userId}\0${code}`).digest("hex");
  try {
    await takeAttempt({ key: `two-factor/spent/${spent}`, max: 1, windowSeconds: CODE_SECONDS });
    return true;
  } catch (error) {
    if (RateLimited.matches(error)) return false;
    throw error;
  }
}

async function isOn({ userId }: UserPrincipal): Promise<boolean> {
  const user = await findUser({ userId });
  if (user === null) throw Unauthenticated.with();
  return user.two_factor;
}

/** The user of the sign-in that the request's cookie names, while it waits. */
async function findChallenged({ request }: AuthCall): Promise<string | null> {
  const identifier = challengeOf(request);
  if (identifier === null) return null;
  const [row] = await asSystem(
    "auth: the auth library's own tables",
    (sql) => sql<{ user_id: string }[]>`
      select value as user_id from verifications where identifier = ${identifier} and expires_at > clock_timestamp()`,
  );
  return row?.user_id ?? null;
}

/** The session that the library's cookies stand for: turning the factor on or off replaces it. */
async function sessionIn({ cookies }: LibraryAnswer): Promise<UserPrincipal> {
  const [cookie = ""] = cookies.find((one) => one.startsWith(`${SESSION_COOKIE}=`))?.split(";") ?? [];
  const token = sessionTokenOf(new Request("http://auth.invalid", { headers: { cookie } }));
  const principal = token === null ? null : await findSession(token);
  if (principal === null) throw Internal.with({}, { cause: new Error("the session was not replaced") });
  return principal;
}

function withoutSession(request: Request): Request {
  const headers = new Headers(request.headers);
  const kept = (headers.get("cookie") ?? "").split(";").filter((one) => !one.trim().startsWith(`${SESSION_COOKIE}=`));
  headers.set("cookie", kept.join(";"));
  return new Request(request.url, { headers });
}

// An account's factor guards every tenant in which it has a seat.
async function auditEverywhere(call: AuthCall, principal: UserPrincipal, action: string): Promise<void> {
  for (const tenantId of await tenantsOfUser(principal.userId))
    await auditUser(call, { ...principal, tenantId }, { action });
}

async function auditWrongCode(call: AuthCall, userId: string): Promise<void> {
  for (const tenantId of await tenantsOfUser(userId)) {
    await auditAuth(call, systemPrincipal(tenantId, "auth"), {
      action: "session.second_factor_failed",
      entity_type: "user",
      entity_id: userId,
    });
  }
}
