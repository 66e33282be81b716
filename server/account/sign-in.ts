import { createHash } from "node:crypto";
import {
  type AuthCall,
  answerWith,
  askLibrary,
  auditAuth,
  countedAddress,
  type LibraryAnswer,
} from "@/server/account/auth-call";
import { InvalidCredentials, NoSeat, SecondFactorRequired, type SignIn } from "@/server/account/contract";
import { type AccountUser, endSession, findUser, tenantsOfUser } from "@/server/account/sessions";
import type { SessionView } from "@/server/account/wire";
import { type AttemptLimit, forgetAttempts, returnAttempt, takeAttempt } from "@/server/platform/auth/attempts";
import { findSession, type UserPrincipal } from "@/server/platform/auth/find-session";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { sessionTokenOf } from "@/server/platform/auth/session-cookie";
import { respondProblem } from "@/server/platform/http/answer";
import { Internal } from "@/server/platform/http/problem";

/** Wrong passwords for one account, from anywhere. */
const perAccount = { max: 10, windowSeconds: 300 };
/** Wrong passwords from one address, for any account. */
const perAddress = { max: 50, windowSeconds: 300 };

/**
 * Signs in. Throws 401 `invalid-credentials`, 403 `no-seat`, 429. The session that the request came with ends. Where the
 * account has a second factor: 401 `second-factor-required`, with the cookie that `two-factor/verify` asks for.
 */
export async function signIn(call: AuthCall, input: SignIn): Promise<Response> {
  const opened = await openSession(call, input);
  if (isChallenge(opened)) return challenge(call, opened);
  return answerWith(sessionView(opened.principal, opened.user), { cookies: opened.cookies });
}

export interface OpenedSession {
  principal: UserPrincipal;
  user: AccountUser;
  cookies: readonly string[];
}

/** The password was right, and there is no session yet: the cookies say who has to send a code. */
interface Challenge {
  challenge: readonly string[];
}

export function isChallenge(opened: OpenedSession | Challenge): opened is Challenge {
  return "challenge" in opened;
}

/** As signIn, for callers that answer by themselves. */
export async function openSession(call: AuthCall, input: SignIn): Promise<OpenedSession | Challenge> {
  const { email, password, remember_me } = input;
  let answer: LibraryAnswer | undefined;
  const isRight = await attemptPassword(call, email, async () => {
    answer = await askLibrary(call, "/sign-in/email", { email, password, rememberMe: remember_me });
    return answer.status === 200;
  });
  if (!isRight || answer === undefined) {
    await auditFailure(call, email);
    throw InvalidCredentials.with();
  }
  if (answer.body.twoFactorRedirect === true) {
    await endSessionOf(call);
    return { challenge: answer.cookies };
  }
  return beginSession(call, answer);
}

/** What follows once the library has made a session, whatever was asked for. Throws 403 `no-seat`. */
export async function beginSession(call: AuthCall, answer: LibraryAnswer, detail: object = {}): Promise<OpenedSession> {
  const token = answer.body.token;
  if (typeof token !== "string") throw Internal.with({}, { cause: new Error("a sign-in without a token") });
  const { principal, user } = await seatOf(token);
  await endSessionOf(call);
  await auditAuth(call, principal, {
    action: "session.signed_in",
    entity_type: "session",
    entity_id: principal.sessionId,
    detail,
  });
  return { principal, user, cookies: answer.cookies };
}

// The session that the browser had before.
async function endSessionOf(call: AuthCall): Promise<void> {
  const before = sessionTokenOf(call.request);
  if (before !== null) await endSession(before);
}

function challenge(call: AuthCall, { challenge: cookies }: Challenge): Response {
  const failure = SecondFactorRequired.with({ detail: "Send a code of your authenticator, or a backup code." });
  const response = respondProblem(failure, call.requestId);
  for (const cookie of cookies) response.headers.append("set-cookie", cookie);
  return response;
}

/** Checks a password, counted before it is looked at; right ones do not count. Throws 429. */
export async function attemptPassword(call: AuthCall, email: string, check: () => Promise<boolean>): Promise<boolean> {
  const limits = limitsOf(call, email);
  await takeAttempt(limits.account);
  await takeAttempt(limits.address);
  if (!(await check())) return false;
  await Promise.all([forgetAttempts(limits.account.key), returnAttempt(limits.address.key)]);
  return true;
}

async function seatOf(token: string): Promise<{ principal: UserPrincipal; user: AccountUser }> {
  const principal = await findSession(token);
  if (principal === null) {
    await endSession(token);
    throw NoSeat.with({ detail: "Ask an owner or admin of your tenant for one." });
  }
  const user = await findUser({ userId: principal.userId });
  if (user === null) throw Internal.with({}, { cause: new Error("a signed-in user is not there") });
  return { principal, user };
}

/** What a session lets its holder do: the same for sign-up, sign-in and looking it up. */
export function sessionView(principal: UserPrincipal, { two_factor, ...user }: AccountUser): SessionView {
  return {
    session_id: principal.sessionId,
    user,
    tenant_id: principal.tenantId,
    role: principal.role,
    permissions: [...principal.permissions],
    two_factor,
  };
}

// An email is personal data and never needed back, so counters know its hash.
function limitsOf(call: AuthCall, email: string): { account: AttemptLimit; address: AttemptLimit } {
  const account = createHash("sha256").update(email).digest("hex");
  return {
    account: { key: `sign-in/account/${account}`, ...perAccount },
    address: { key: `sign-in/address/${countedAddress(call)}`, ...perAddress },
  };
}

/** Tells every tenant of the account that somebody sent a wrong password. */
export async function auditFailure(call: AuthCall, email: string): Promise<void> {
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
