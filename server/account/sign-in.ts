import { createHash } from "node:crypto";
import { type AuthCall, answerWith, askLibrary, auditAuth, countedAddress } from "@/server/account/auth-call";
import { InvalidCredentials, NoSeat, type SignIn } from "@/server/account/contract";
import { endSession, findUser, tenantsOfUser, type UserView } from "@/server/account/sessions";
import { type AttemptLimit, forgetAttempts, returnAttempt, takeAttempt } from "@/server/platform/auth/attempts";
import { findSession, type UserPrincipal } from "@/server/platform/auth/find-session";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { sessionTokenOf } from "@/server/platform/auth/session-cookie";
import { Internal } from "@/server/platform/http/problem";

/** Wrong passwords for one account, from anywhere. */
const perAccount = { max: 10, windowSeconds: 300 };
/** Wrong passwords from one address, for any account. */
const perAddress = { max: 50, windowSeconds: 300 };

/** Signs in. Throws 401 `invalid-credentials`, 403 `no-seat`, 429. The session that the request came with ends. */
export async function signIn(call: AuthCall, input: SignIn): Promise<Response> {
  const opened = await openSession(call, input);
  return answerWith(sessionView(opened.principal, opened.user), { cookies: opened.cookies });
}

export interface OpenedSession {
  principal: UserPrincipal;
  user: UserView;
  cookies: readonly string[];
}

/** As signIn, for callers that answer by themselves. */
export async function openSession(call: AuthCall, input: SignIn): Promise<OpenedSession> {
  const limits = limitsOf(call, input);
  await takeAttempt(limits.account);
  await takeAttempt(limits.address);
  const { email, password, remember_me } = input;
  const answer = await askLibrary(call, "/sign-in/email", { email, password, rememberMe: remember_me });
  const token = answer.body.token;
  if (answer.status !== 200 || typeof token !== "string") {
    await auditFailure(call, email);
    throw InvalidCredentials.with();
  }
  await Promise.all([forgetAttempts(limits.account.key), returnAttempt(limits.address.key)]);
  const { principal, user } = await seatOf(token, email);
  const before = sessionTokenOf(call.request);
  if (before !== null) await endSession(before);
  await auditAuth(call, principal, {
    action: "session.signed_in",
    entity_type: "session",
    entity_id: principal.sessionId,
  });
  return { principal, user, cookies: answer.cookies };
}

async function seatOf(token: string, email: string): Promise<{ principal: UserPrincipal; user: UserView }> {
  const principal = await findSession(token);
  if (principal === null) {
    await endSession(token);
    throw NoSeat.with({ detail: "Ask an owner or admin of your tenant for one." });
  }
  const user = await findUser({ email });
  if (user === null) throw Internal.with({}, { cause: new Error("a signed-in user is not there") });
  return { principal, user };
}

/** What a session lets its holder do: the same for sign-up, sign-in and looking it up. */
export function sessionView(principal: UserPrincipal, user: UserView) {
  return {
    session_id: principal.sessionId,
    user,
    tenant_id: principal.tenantId,
    role: principal.role,
    permissions: [...principal.permissions],
  };
}

// An email is personal data and never needed back, so counters know its hash.
function limitsOf(call: AuthCall, { email }: SignIn): { account: AttemptLimit; address: AttemptLimit } {
  const account = createHash("sha256").update(email).digest("hex");
  return {
    account: { key: `sign-in/account/${account}`, ...perAccount },
    address: { key: `sign-in/address/${countedAddress(call)}`, ...perAddress },
  };
}

async function auditFailure(call: AuthCall, email: string): Promise<void> {
  const user = await findUser({ email });
  if (user === null) return;
  for (const tenantId of await tenantsOfUser(user.user_id)) {
    await auditAuth(call, systemPrincipal(tenantId, "auth"), {
      action: "session.sign_in_failed",
      entity_type: "user",
      entity_id: user.user_id,
    });
  }
}
