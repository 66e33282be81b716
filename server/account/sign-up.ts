import { type AuthCall, answerWith, countedAddress } from "@/server/account/auth-call";
import type { SignUp } from "@/server/account/contract";
import { createTenant } from "@/server/account/make-tenant";
import { isChallenge, openSession, sessionView } from "@/server/account/sign-in";
import { takeAttempt } from "@/server/platform/auth/attempts";
import { Internal } from "@/server/platform/http/problem";

const perAddress = { max: 60, windowSeconds: 600 };

/** Makes a tenant and its owner and signs the owner in. Throws 409 `email-taken`, 429. */
export async function signUp(call: AuthCall, input: SignUp): Promise<Response> {
  await takeAttempt({ key: `sign-up/address/${countedAddress(call)}`, ...perAddress });
  const { tenant_name, email, password, name } = input;
  const made = await createTenant({
    name: tenant_name,
    owner: { email, password, name },
    through: "sign-up",
    requestId: call.requestId,
  });
  const opened = await openSession(call, { email, password, remember_me: true });
  if (isChallenge(opened)) throw Internal.with({}, { cause: new Error("a new account with a second factor") });
  const tenant = { tenant_id: made.tenantId, name: tenant_name, slug: made.slug };
  return answerWith(
    { ...sessionView(opened.principal, opened.user), tenant },
    { status: 201, cookies: opened.cookies },
  );
}
