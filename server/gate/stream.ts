// One run as a stream of server-sent events. Reads committed records only, so nothing is lost and nothing is invented;
// the principal is checked again every few seconds, because a stream outlives its request.

import { beforeTheStart, runEventsAfter } from "@/server/activity/run-events";
import { asTenant } from "@/server/platform/db/tenant-db";
import type { OwnContext } from "@/server/platform/http/handle";
import { invalid, NotFound } from "@/server/platform/http/problem";
import { RunStream } from "./run-stream";
import { takePlace } from "./stream-places";

/** What waits in memory for a reader that is slower than its run. */
const AHEAD_BYTES = 65_536;

/** Throws 404 when there is no such run, 422 for a Last-Event-ID that is no id of ours, 429 for too many at once. */
export async function streamOf(cx: OwnContext, runId: string): Promise<Response> {
  const after = lastEventId(cx.request);
  const giveBack = takePlace(cx.principal);
  try {
    const first = await asTenant(cx.principal, (db) => runEventsAfter(db, runId, after));
    if (first === null) throw NotFound.with();
    const source = new RunStream({ cx, runId, first, giveBack });
    const body = new ReadableStream(source, new ByteLengthQueuingStrategy({ highWaterMark: AHEAD_BYTES }));
    return new Response(body, { headers: { "Content-Type": "text/event-stream", "X-Accel-Buffering": "no" } });
  } catch (error) {
    giveBack();
    throw error;
  }
}

function lastEventId(request: Request): number {
  const text = request.headers.get("last-event-id");
  if (text === null || text === "") return beforeTheStart;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw invalid({
    pointer: "header/Last-Event-ID",
    code: "invalid",
    detail: "It must be the id of an event of this run",
  });
}
