// One run as a stream of server-sent events. Reads committed records only, so nothing is lost and nothing is invented: a
// change in this process is read at once, one of another process is found by looking.

import { beforeTheStart, type RunEvents, runEventsAfter } from "@/server/activity/run-events";
import { asTenant } from "@/server/platform/db/tenant-db";
import { type EventSource, lastEventId, streamEvents } from "@/server/platform/http/event-stream";
import type { OwnContext } from "@/server/platform/http/handle";
import { NotFound } from "@/server/platform/http/problem";
import { onChange } from "./run-changes";

const POLL_MS = 250;
/** Of a run that has been quiet for `QUIET_AFTER_MS`. */
const QUIET_POLL_MS = 1_000;
const QUIET_AFTER_MS = 10_000;
/** No run has as many records. */
const MOST_SEQ = 999_999_999;

/** Throws 404 when there is no such run, 422 for a Last-Event-ID that is no id of ours, 429 for too many at once. */
export async function streamOf(cx: OwnContext, runId: string): Promise<Response> {
  const after = Math.min(lastEventId(cx.request) ?? beforeTheStart, MOST_SEQ);
  return streamEvents(cx, async () => {
    const first = await asTenant(cx.principal, (db) => runEventsAfter(db, runId, after));
    if (first === null) throw NotFound.with();
    return sourceOf(cx.principal.tenantId, runId, first);
  });
}

function sourceOf(tenantId: string, runId: string, first: RunEvents): EventSource {
  let seq = first.last_seq;
  return {
    first,
    permission: "runs:read",
    listen: (wake) => onChange(tenantId, runId, wake),
    async read(principal) {
      const page = await asTenant(principal, (db) => runEventsAfter(db, runId, seq));
      seq = page?.last_seq ?? seq;
      return page;
    },
    lookAfterMs: (quietMs) => (quietMs > QUIET_AFTER_MS ? QUIET_POLL_MS : POLL_MS),
  };
}
