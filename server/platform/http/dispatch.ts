// The one way from a request to an answer, for route files, server actions and the front door alike. The order is
// fixed: request id → body limit → principal → origin → rate → permission → input → transaction → idempotency → handler.

import { v7 as uuidv7 } from "uuid";
import { writeAudit } from "@/server/platform/audit/audit";
import { actorKey, type Principal } from "@/server/platform/auth/principal";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";
import { type Answer, adopt, renderAnswer, respond, respondProblem } from "@/server/platform/http/answer";
import { refuseAnnouncedSize } from "@/server/platform/http/body";
import { type Endpoint, type InputOf, type RateClass, RawBody } from "@/server/platform/http/contract";
import { isWorthRetrying, toProblem } from "@/server/platform/http/failures";
import { takeIn } from "@/server/platform/http/file-intake";
import type { AnyContext, Deed, Handled } from "@/server/platform/http/handle";
import { answerOnce, idempotencyKeyOf, requestHash } from "@/server/platform/http/idempotency";
import { readInput } from "@/server/platform/http/input";
import { countRequest } from "@/server/platform/http/metrics";
import { operatorOf } from "@/server/platform/http/operator";
import { requireSameOrigin } from "@/server/platform/http/origin";
import { missingPermission, type Problem, Unauthenticated } from "@/server/platform/http/problem";
import { log } from "@/server/platform/log/log";

/** What the pipeline is given from outside; tests bring their own. */
export interface Services {
  resolvePrincipal(request: Request): Promise<Principal | null>;
  takeRate(rateClass: RateClass, who: string): void;
}

export interface Call {
  handled: Handled;
  request: Request;
  /** The path's parameters, decoded. */
  params: Readonly<Record<string, string>>;
  services: Services;
  /** The caller was already held to its origin (server actions, by the framework). */
  originChecked?: boolean;
}

/** Answers one request. Never throws. */
export async function dispatch(call: Call): Promise<Response> {
  const requestId = uuidv7();
  const startedAt = performance.now();
  const response = await answerCall(call, requestId);
  countRequest(call.handled.endpoint.id, response.status, performance.now() - startedAt);
  return response;
}

async function answerCall(call: Call, requestId: string): Promise<Response> {
  try {
    const result = await serve(call, requestId);
    return result instanceof Response ? adopt(result, requestId) : respond(result, requestId);
  } catch (error) {
    const failure = toProblem(error);
    report(failure, requestId, call.handled.endpoint.id);
    return respondProblem(failure, requestId);
  }
}

function report(failure: Problem, requestId: string, endpoint: string): void {
  if (failure.definition.status < 500 && failure.cause === undefined) return;
  const facts = { request_id: requestId, endpoint, problem: failure.definition.slug, err: failure.cause ?? failure };
  if (failure.definition.status === 500) log.error(facts, "A request failed");
  else log.warn(facts, "A request was refused by the database");
}

async function serve(call: Call, requestId: string): Promise<Answer | Response> {
  const { handled, request, params } = call;
  const { endpoint } = handled;
  refuseAnnouncedSize(request, endpoint.bodyLimit);
  const principal = await authorise(call);
  const idempotencyKey = endpoint.method === "GET" ? null : idempotencyKeyOf(request);
  const read = () => readInput(endpoint, request, params);
  const { input, raw } = await (endpoint.body === RawBody && principal ? takeIn(principal.tenantId, read) : read());
  if (principal === null) return finish(handled, { principal, requestId, request }, input);
  const audit = auditOf(handled, requestId);
  if (endpoint.transaction === "own") {
    return finish(handled, { principal, requestId, request, idempotencyKey, auditIn: audit }, input);
  }
  return again(() =>
    asTenant(principal, async (db) => {
      const context = { principal, db, requestId, request, audit: (deed: Deed) => audit(db, deed) };
      const work = () => finishInTransaction(handled, context, input);
      if (idempotencyKey === null) return work();
      const asked = { principal: actorKey(principal), endpoint: endpoint.id, key: idempotencyKey };
      return answerOnce(db, { ...asked, requestHash: requestHash([params, input.query, raw]) }, work);
    }),
  );
}

/** Who asks, or null where nobody needs to be known. Throws 401, 403 or 429. */
async function authorise(call: Call): Promise<Principal | null> {
  const { services, request } = call;
  const { permission, rate, method } = call.handled.endpoint;
  if (permission === "none") return null;
  if (permission.startsWith("platform:")) return operatorOf(request, permission);
  const principal = await services.resolvePrincipal(request);
  if (principal === null) throw Unauthenticated.with({ detail: "No valid session and no valid API key came along." });
  if (principal.kind === "user" && method !== "GET" && !call.originChecked) requireSameOrigin(request);
  services.takeRate(rate, actorKey(principal));
  if (!principal.permissions.has(permission)) throw missingPermission(permission);
  return principal;
}

function auditOf({ endpoint }: Handled, requestId: string) {
  return async (db: TenantDb, deed: Deed): Promise<void> => {
    if (typeof endpoint.audit !== "string") throw new Error(`${endpoint.id} has no audit action in its contract`);
    await writeAudit(db, [{ ...deed, action: endpoint.audit }], { requestId });
  };
}

async function finish(handled: Handled, context: AnyContext, input: InputOf<Endpoint>): Promise<Answer | Response> {
  const result = await handled.run(context, input);
  return result instanceof Response ? result : renderAnswer(handled.endpoint, result);
}

// Stored and sent answers are bytes; a stream has none, and it would outlive the transaction it reads from.
async function finishInTransaction(handled: Handled, context: AnyContext, input: InputOf<Endpoint>): Promise<Answer> {
  const answer = await finish(handled, context, input);
  if (answer instanceof Response)
    throw new Error(`${handled.endpoint.id} answers a stream: it needs transaction "own"`);
  return answer;
}

// Nothing is left of a transaction that lost a deadlock or a lock race, so it may run again from the start.
async function again<T>(work: () => Promise<T>, attempt = 1): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (attempt >= 3 || !isWorthRetrying(error)) throw error;
    return again(work, attempt + 1);
  }
}
