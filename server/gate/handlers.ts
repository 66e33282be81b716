import { v7 as uuidv7 } from "uuid";
import { requestHash } from "@/server/evidence/snapshot-hash";
import { handle, type OwnContext, type Reply, replyBytes } from "@/server/platform/http/handle";
import { invalid, NotFound } from "@/server/platform/http/problem";
import { verifyRunInLog } from "@/server/transparency/verify-in-log";
import type { Told } from "./batch";
import { submit } from "./batcher";
import { check } from "./check";
import {
  cancelRun,
  checkRun,
  completeRun,
  getRun,
  heartbeat,
  postResult,
  postStep,
  releaseRun,
  startRun,
  streamRun,
  verifyRun,
} from "./contract";
import { freezeHandlers } from "./freeze-handlers";
import type { Item } from "./item";
import { keyed, runIdOfKey } from "./keyed";
import { resultPost, stepPost } from "./post";
import { replayHandlers } from "./replay-handlers";
import { startAndTell } from "./start-runner";
import { streamOf } from "./stream";
import { viewRun } from "./view";

const MAX_PAYLOAD_BYTES = 262_144;

/** What an item was told, as an answer; problems are thrown. */
function replyOf(told: Told): Reply<never> {
  if ("problem" in told) throw told.problem;
  const wait = told.retryAfterMs ?? null;
  return replyBytes(told.bytes, {
    status: told.status,
    replayed: told.replayed === true,
    ...(wait === null ? {} : { headers: { "Retry-After": String(Math.max(1, Math.ceil(wait / 1000))) } }),
  });
}

async function decide(cx: OwnContext, item: Item): Promise<{ reply: Reply<never>; isKept: boolean }> {
  const told = await submit(cx.principal.tenantId, item);
  const reply = replyOf(told);
  // A refusal, a step on hold: asking again decides again.
  return { reply, isKept: !("problem" in told) && told.isProvisional !== true };
}

/** `input` and `output` together ≤ 256 KiB, as they are sent. */
function requireSmallPayload(body: { input?: unknown; output?: unknown }): void {
  if (body.input === undefined && body.output === undefined) return;
  const size = [body.input, body.output].reduce<number>(
    (sum, part) => sum + (part === undefined ? 0 : Buffer.byteLength(JSON.stringify(part))),
    0,
  );
  if (size <= MAX_PAYLOAD_BYTES) return;
  const pointer = body.output === undefined ? "#/input" : "#/output";
  throw invalid({
    pointer,
    code: "too-large",
    detail: `input and output may have ${MAX_PAYLOAD_BYTES} bytes together`,
  });
}

export const gateHandlers = [
  handle(startRun, (cx, { body }) =>
    keyed({ cx, endpoint: startRun.id, asked: body }, () => {
      const runId =
        body.run_id ?? (cx.idempotencyKey === null ? uuidv7() : runIdOfKey(cx.principal, cx.idempotencyKey));
      const { principal, requestId } = cx;
      const item = { runId, body, requestHash: requestHash(body), principal, requestId, clock: null };
      return startAndTell(item).then((told) => ({ reply: replyOf(told), isKept: true }));
    }),
  ),
  handle(checkRun, (cx, { body }) => check(cx.db, cx.principal, body)),
  handle(postStep, (cx, { params, body }) => {
    requireSmallPayload(body);
    const origin = { runId: params.run_id, principal: cx.principal, requestId: cx.requestId };
    return keyed({ cx, endpoint: postStep.id, asked: [params, body] }, () => decide(cx, stepPost(origin, body, body)));
  }),
  handle(postResult, (cx, { params, body }) => {
    requireSmallPayload(body);
    const origin = {
      runId: params.run_id,
      principal: cx.principal,
      requestId: cx.requestId,
      stepIndex: params.step_index,
    };
    return keyed({ cx, endpoint: postResult.id, asked: [params, body] }, () =>
      decide(cx, resultPost(origin, body, body)),
    );
  }),
  handle(completeRun, (cx, { params, body }) =>
    keyed({ cx, endpoint: completeRun.id, asked: [params, body] }, () =>
      decide(cx, { kind: "complete", ...actOf(cx, params), body, requestHash: requestHash(body) }),
    ),
  ),
  handle(heartbeat, (cx, { params }) =>
    keyed({ cx, endpoint: heartbeat.id, asked: params }, () => decide(cx, { kind: "heartbeat", ...actOf(cx, params) })),
  ),
  handle(cancelRun, (cx, { params, body }) =>
    keyed({ cx, endpoint: cancelRun.id, asked: [params, body] }, () =>
      decide(cx, { kind: "cancel", ...actOf(cx, params), reason: body.reason ?? null }),
    ),
  ),
  handle(releaseRun, (cx, { params, body }) =>
    keyed({ cx, endpoint: releaseRun.id, asked: [params, body] }, () =>
      decide(cx, { kind: "release", ...actOf(cx, params), body }),
    ),
  ),
  handle(getRun, async (cx, { params }) => {
    const run = await viewRun(cx.db, params.run_id);
    if (run === null) throw NotFound.with();
    return run;
  }),
  handle(streamRun, (cx, { params }) => streamOf(cx, params.run_id)),
  handle(verifyRun, async (cx, { params }) => {
    const verification = await verifyRunInLog(cx.principal, params.run_id);
    if (verification === null) throw NotFound.with();
    return verification;
  }),
  ...freezeHandlers,
  ...replayHandlers,
];

function actOf(cx: OwnContext, params: { run_id: string }) {
  return { runId: params.run_id, principal: cx.principal, requestId: cx.requestId };
}
