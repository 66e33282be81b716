// What somebody who is signed in does with the own sessions and password.

import { type AuthCall, answerWith, askLibrary, auditAuth } from "@/server/account/auth-call";
import { type ChangePassword, type RevokeSession, WrongPassword } from "@/server/account/contract";
import { findUser, listSessions, revokeSessions } from "@/server/account/sessions";
import { sessionView } from "@/server/account/sign-in";
import { forgetAttempts, takeAttempt } from "@/server/platform/auth/attempts";
import { findSession, type UserPrincipal } from "@/server/platform/auth/find-session";
import { sessionTokenOf } from "@/server/platform/auth/session-cookie";
import { NotFound, Unauthenticated } from "@/server/platform/http/problem";

/** Ends the session and takes the cookie back; without a session it only does the latter. */
export async function signOut(call: AuthCall): Promise<Response> {
  const principal = await findPrincipal(call);
  const { cookies } = await askLibrary(call, "/sign-out", {});
  if (principal !== null) await auditSession(call, principal, "session.signed_out");
  return answerWith({ signed_out: true }, { cookies });
}

/** Who is signed in: user, tenant, role and permissions. */
export async function showSession(call: AuthCall): Promise<Response> {
  const principal = await requirePrincipal(call);
  const user = await findUser({ userId: principal.userId });
  if (user === null) throw Unauthenticated.with();
  return answerWith(sessionView(principal, user));
}

export async function showSessions(call: AuthCall): Promise<Response> {
  const principal = await requirePrincipal(call);
  return answerWith({ items: await listSessions(principal.userId, principal.sessionId) });
}

/** Ends one of the own sessions. Throws 404 for any other. */
export async function revokeOne(call: AuthCall, { session_id }: RevokeSession): Promise<Response> {
  const principal = await requirePrincipal(call);
  const revoked = await revokeSessions(principal.userId, { only: session_id });
  if (revoked === 0) throw NotFound.with();
  await auditAuth(call, principal, { action: "session.revoked", entity_type: "session", entity_id: session_id });
  return answerWith({ revoked });
}

export async function revokeOthers(call: AuthCall): Promise<Response> {
  const principal = await requirePrincipal(call);
  const revoked = await revokeSessions(principal.userId, { allBut: principal.sessionId });
  await auditUser(call, principal, { action: "session.others_revoked", detail: { revoked } });
  return answerWith({ revoked });
}

export async function revokeAll(call: AuthCall): Promise<Response> {
  const principal = await requirePrincipal(call);
  const revoked = await revokeSessions(principal.userId, "all");
  await auditUser(call, principal, { action: "session.all_revoked", detail: { revoked } });
  return answerWith({ revoked });
}

/** Changes the own password and ends all other sessions. Throws 403 `wrong-password`, 429. */
export async function changePassword(call: AuthCall, input: ChangePassword): Promise<Response> {
  const principal = await requirePrincipal(call);
  const key = `change-password/user/${principal.userId}`;
  await takeAttempt({ key, max: 10, windowSeconds: 300 });
  const sent = { currentPassword: input.current_password, newPassword: input.new_password, revokeOtherSessions: false };
  const { status } = await askLibrary(call, "/change-password", sent);
  if (status !== 200) {
    await auditUser(call, principal, { action: "user.password_change_failed" });
    throw WrongPassword.with();
  }
  await forgetAttempts(key);
  const revoked = await revokeSessions(principal.userId, { allBut: principal.sessionId });
  await auditUser(call, principal, { action: "user.password_changed", detail: { revoked } });
  return answerWith({ changed: true, revoked });
}

/** Who is signed in; null for nobody. */
export async function findPrincipal(call: AuthCall): Promise<UserPrincipal | null> {
  const token = sessionTokenOf(call.request);
  return token === null ? null : findSession(token);
}

/** Throws 401. */
export async function requirePrincipal(call: AuthCall): Promise<UserPrincipal> {
  const principal = await findPrincipal(call);
  if (principal === null) throw Unauthenticated.with({ detail: "No valid session came along." });
  return principal;
}

function auditSession(call: AuthCall, principal: UserPrincipal, action: string): Promise<void> {
  return auditAuth(call, principal, { action, entity_type: "session", entity_id: principal.sessionId });
}

export function auditUser(
  call: AuthCall,
  principal: UserPrincipal,
  deed: { action: string; detail?: object },
): Promise<void> {
  return auditAuth(call, principal, { ...deed, entity_type: "user", entity_id: principal.userId });
}
