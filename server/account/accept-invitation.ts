// Accepting an invitation: a new account, or the one of that email after its password or by its session, gets the seat.
// User, seat, the invitation's end and the audit entry are one transaction; signing in follows.

import { hashPassword, verifyPassword } from "better-auth/crypto";
import { v7 as uuidv7 } from "uuid";
import { memberships } from "@/db/schema/tenancy";
import { type AuthCall, authCall } from "@/server/account/auth-call";
import { type AcceptInvitation, InvalidCredentials, SecondFactorRequired } from "@/server/account/contract";
import { type FoundInvitation, findInvitation, invitationImage } from "@/server/account/invitations";
import { insertUser } from "@/server/account/make-tenant";
import { findPrincipal } from "@/server/account/own-sessions";
import { findUser, moveSession } from "@/server/account/sessions";
import { attemptPassword, auditFailure, isChallenge, openSession, sessionView } from "@/server/account/sign-in";
import { endInvitation } from "@/server/account/store";
import { NewPassword, type SessionView } from "@/server/account/wire";
import { writeAudit } from "@/server/platform/audit/audit";
import { type Principal, rolePermissions } from "@/server/platform/auth/principal";
import { SESSION_COOKIE } from "@/server/platform/auth/session-cookie";
import { enterTenant } from "@/server/platform/db/enter-tenant";
import { asSystem, type SystemSql } from "@/server/platform/db/system-db";
import { type OpenContext, type Reply, reply } from "@/server/platform/http/handle";
import { requireSameOrigin } from "@/server/platform/http/origin";
import { type FieldError, Internal, invalid, NotFound } from "@/server/platform/http/problem";

/**
 * Throws 404 for a token that opens nothing, 401 `invalid-credentials` or `second-factor-required`, 409 `already-member`,
 * 422 for a missing name or password, 429.
 */
export async function acceptOne(
  { request, requestId }: OpenContext,
  token: string,
  body: AcceptInvitation,
): Promise<Reply<SessionView>> {
  requireSameOrigin(request);
  const call = authCall(request, requestId);
  const invitation = await findInvitation(token);
  if (invitation === null) throw NotFound.with();
  const signedIn = await findPrincipal(call);
  if (signedIn !== null && signedIn.userId === invitation.user_id) {
    await seat(call, invitation, signedIn.userId);
    return reply(await viewIn(invitation, signedIn.sessionId));
  }
  const { password, newcomer } = await proven(call, invitation, body);
  await seat(call, invitation, newcomer ?? invitation.user_id);
  const opened = await openSession(call, { email: invitation.email, password, remember_me: true });
  // A second factor that was set up meanwhile: the seat is theirs, and they sign in for themselves.
  if (isChallenge(opened)) throw SecondFactorRequired.with({ detail: "Sign in with your code." });
  const cookie = opened.cookies.find((one) => one.startsWith(`${SESSION_COOKIE}=`));
  const view = await viewIn(invitation, opened.principal.sessionId);
  return reply(view, cookie === undefined ? {} : { headers: { "Set-Cookie": cookie } });
}

interface Newcomer {
  name: string;
  passwordHash: string;
}

/** Who accepts has shown it: by the account's password, or by choosing one where there is no account yet. */
async function proven(
  call: AuthCall,
  invitation: FoundInvitation,
  { name, password }: AcceptInvitation,
): Promise<{ password: string; newcomer: Newcomer | null }> {
  if (invitation.user_id === null) {
    const chosen = NewPassword.safeParse(password);
    if (name === undefined || !chosen.success) throw invalid(...missing({ name, isPasswordGood: chosen.success }));
    return { password: chosen.data, newcomer: { name, passwordHash: await hashPassword(chosen.data) } };
  }
  if (password === undefined) throw invalid(missingField("password", "Your account's password, or sign in before"));
  const isRight = await attemptPassword(call, invitation.email, async () => {
    const hash = invitation.password_hash;
    return hash !== null && (await verifyPassword({ hash, password }));
  });
  if (!isRight) {
    await auditFailure(call, invitation.email);
    throw InvalidCredentials.with();
  }
  if (invitation.two_factor) throw SecondFactorRequired.with({ detail: "Sign in with your code, then accept." });
  return { password, newcomer: null };
}

function missing({ name, isPasswordGood }: { name: string | undefined; isPasswordGood: boolean }): FieldError[] {
  return [
    ...(name === undefined ? [missingField("name", "Say what to call you")] : []),
    ...(isPasswordGood ? [] : [missingField("password", "It needs at least 12 characters")]),
  ];
}

function missingField(field: string, detail: string): FieldError {
  return { pointer: `#/${field}`, code: "required", detail };
}

async function seat(call: AuthCall, invitation: FoundInvitation, who: Newcomer | string | null): Promise<void> {
  if (who === null) throw Internal.with({}, { cause: new Error("an account without a user") });
  await asSystem("account: find the invitation", async (sql) => {
    await requireFirst(sql, invitation);
    const { email } = invitation;
    const userId = typeof who === "string" ? who : await insertUser(sql, { email, ...who });
    const principal = accepterOf(invitation, userId);
    await enterTenant(sql, principal, async (db) => {
      const ended = await endInvitation(db, invitation.id, { acceptedAt: await db.now(), acceptedBy: userId });
      if (ended === null || ended.expiresAt <= (await db.now())) throw NotFound.with();
      const { role, seatExpiresAt, createdBy } = ended;
      await db.insert(memberships, { id: uuidv7(), userId, role, expiresAt: seatExpiresAt, createdBy });
      const after = { user_id: userId, role, status: "active", expires_at: seatExpiresAt?.toISOString() ?? null };
      const from = { ip_address: call.address, invitation: invitationImage(ended) };
      const entry = { action: "member.added", entity_type: "member", entity_id: userId, after, detail: from };
      await writeAudit(db, [entry], { requestId: call.requestId });
    });
  });
}

// Of two who hold one link the second finds it used, and not the account that the first has just made.
async function requireFirst(sql: SystemSql, { id, tenant_id }: FoundInvitation): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`invitation/${id}`}, 0))`;
  const [row] = await sql`
    select from invitations where tenant_id = ${tenant_id} and id = ${id} and accepted_at is null and revoked_at is null`;
  if (row === undefined) throw NotFound.with();
}

function accepterOf({ tenant_id, role }: FoundInvitation, userId: string): Principal {
  return { kind: "user", tenantId: tenant_id, userId, sessionId: "", role, permissions: rolePermissions[role] };
}

/** The session goes on in the tenant of the new seat. */
async function viewIn(invitation: FoundInvitation, sessionId: string): Promise<SessionView> {
  const principal = await moveSession(sessionId, invitation.tenant_id);
  const user = principal && (await findUser({ userId: principal.userId }));
  if (principal === null || user === null) throw NotFound.with();
  return sessionView(principal, user);
}
