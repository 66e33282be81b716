// The addresses below /api/auth: sign-up, sign-in, sign-out, the second factor, the own sessions and tenants. They answer problems like every other
// address. The auth library behind them has more addresses; those that are not listed here do not exist.

import { v7 as uuidv7 } from "uuid";
import { z } from "zod";
import { type AuthCall, authCall } from "@/server/account/auth-call";
import {
  ChangePassword,
  RevokeSession,
  SignIn,
  SignUp,
  SwitchTenant,
  TwoFactorCode,
  TwoFactorPassword,
} from "@/server/account/contract";
import {
  changePassword,
  revokeAll,
  revokeOne,
  revokeOthers,
  showSession,
  showSessions,
  signOut,
} from "@/server/account/own-sessions";
import { showTenants, switchTenant } from "@/server/account/own-tenants";
import { signIn } from "@/server/account/sign-in";
import { signUp } from "@/server/account/sign-up";
import { confirmTwoFactor, disableTwoFactor, enableTwoFactor, verifyTwoFactor } from "@/server/account/two-factor";
import { AUTH_BASE_PATH } from "@/server/platform/auth/session";
import { adopt, respondProblem } from "@/server/platform/http/answer";
import { readBody, refuseAnnouncedSize, requireJson } from "@/server/platform/http/body";
import { toProblem } from "@/server/platform/http/failures";
import { fieldErrors } from "@/server/platform/http/field-errors";
import { readIJson } from "@/server/platform/http/i-json";
import { pathOf } from "@/server/platform/http/mount";
import { requireSameOrigin } from "@/server/platform/http/origin";
import { invalid, MethodNotAllowed, NotFound } from "@/server/platform/http/problem";
import { log } from "@/server/platform/log/log";

interface Operation {
  method: "GET" | "POST";
  answer(call: AuthCall): Promise<Response>;
}

const Nothing = z.strictObject({});

const operations = new Map<string, Operation>([
  ["/sign-up/email", write(SignUp, signUp)],
  ["/sign-in/email", write(SignIn, signIn)],
  ["/sign-out", write(Nothing, signOut)],
  ["/get-session", { method: "GET", answer: showSession }],
  ["/list-sessions", { method: "GET", answer: showSessions }],
  ["/revoke-session", write(RevokeSession, revokeOne)],
  ["/revoke-other-sessions", write(Nothing, revokeOthers)],
  ["/revoke-sessions", write(Nothing, revokeAll)],
  ["/change-password", write(ChangePassword, changePassword)],
  ["/tenants", { method: "GET", answer: showTenants }],
  ["/switch-tenant", write(SwitchTenant, switchTenant)],
  ["/two-factor/enable", write(TwoFactorPassword, enableTwoFactor)],
  ["/two-factor/confirm", write(TwoFactorCode, confirmTwoFactor)],
  ["/two-factor/disable", write(TwoFactorPassword, disableTwoFactor)],
  ["/two-factor/verify", write(TwoFactorCode, verifyTwoFactor)],
]);

/** Answers a request to an address below /api/auth. Never throws. */
export async function answerAuth(request: Request): Promise<Response> {
  const requestId = uuidv7();
  try {
    return await serve(request, requestId);
  } catch (error) {
    const failure = toProblem(error);
    if (failure.definition.status >= 500) {
      log.error(
        { request_id: requestId, problem: failure.definition.slug, err: failure.cause ?? failure },
        "Auth failed",
      );
    }
    return respondProblem(failure, requestId);
  }
}

async function serve(request: Request, requestId: string): Promise<Response> {
  const operation = operations.get(pathOf(request.url).slice(AUTH_BASE_PATH.length).replace(/\/$/, ""));
  if (operation === undefined) throw NotFound.with();
  if (request.method !== operation.method) {
    const detail = `Allowed here: ${operation.method}.`;
    return respondProblem(MethodNotAllowed.with({ detail }), requestId, { Allow: operation.method });
  }
  refuseAnnouncedSize(request);
  // Also without a cookie: another site must not sign its visitors in as somebody else.
  if (operation.method === "POST") requireSameOrigin(request);
  return adopt(await operation.answer(authCall(request, requestId)), requestId);
}

function write<S extends z.ZodObject>(
  schema: S,
  work: (call: AuthCall, input: z.output<S>) => Promise<Response>,
): Operation {
  return { method: "POST", answer: async (call) => work(call, await readInput(call.request, schema)) };
}

async function readInput<S extends z.ZodObject>(request: Request, schema: S): Promise<z.output<S>> {
  const bytes = await readBody(request);
  if (bytes.byteLength > 0) requireJson(request);
  const raw = bytes.byteLength === 0 ? {} : readIJson(bytes);
  const parsed = schema.safeParse(raw);
  if (!parsed.success) throw invalid(...fieldErrors(parsed.error, raw, "body"));
  return parsed.data;
}
