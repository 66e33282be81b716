// What happens in a tenant, in the order of its numbers, for whoever may see it.

import { type EventTopic, eventTopics } from "@/db/vocabulary";
import type { Principal } from "@/server/platform/auth/principal";
import { asTenant } from "@/server/platform/db/tenant-db";
import { type EventPage, type EventSource, lastEventId, streamEvents } from "@/server/platform/http/event-stream";
import type { OwnContext } from "@/server/platform/http/handle";
import { onNews } from "./news";
import { onProgress, type RunProgress } from "./progress";
import { type EventRow, eventsAfter, latestSeq } from "./store";
import { permissionOf } from "./topics";

const PAGE = 500;
/** A wait for news is broken off that often, to look at who is reading. */
const WAIT_MS = 1_000;
/** Runs whose progress waits for a reader; of more, what waited is forgotten. */
const MOST_WAITING = 1_000;

/** Throws 422 for a Last-Event-ID that is no id of ours, 429 for too many streams at once. */
export function tenantStream(cx: OwnContext, after: number | null): Promise<Response> {
  const from = lastEventId(cx.request) ?? after;
  return streamEvents(cx, async () => {
    const latest = await asTenant(cx.principal, latestSeq);
    return new TenantEvents(cx.principal.tenantId, { from, latest });
  });
}

class TenantEvents implements EventSource {
  readonly permission = "activity:read";
  readonly first: EventPage;
  #seq: number;
  #hasNews = true;
  /** The newest state of runs that moved, until it is sent: a reader that is slow is told less often. */
  #moved = new Map<string, RunProgress>();

  // An id beyond the latest is of a log that this one has replaced: where its reader stands, nobody knows.
  constructor(
    readonly tenantId: string,
    { from, latest }: { from: number | null; latest: number },
  ) {
    const isLost = from !== null && from > latest;
    this.#seq = from === null || isLost ? latest : from;
    const begin = { id: this.#seq, event: isLost ? "reset" : "open", data: { seq: this.#seq } };
    this.first = { events: [begin], ended: false, isMore: true };
  }

  listen(wake: () => void): () => void {
    const silence = onNews(this.tenantId, () => {
      this.#hasNews = true;
      wake();
    });
    const stand = onProgress(this.tenantId, (moved) => {
      if (this.#moved.size > MOST_WAITING) this.#moved.clear();
      for (const run of moved) this.#moved.set(run.run_id, run);
      wake();
    });
    return () => {
      silence();
      stand();
    };
  }

  async read(principal: Principal): Promise<EventPage> {
    const page = await this.#news(principal);
    return { ...page, events: [...page.events, ...this.#progress(principal)] };
  }

  #progress(principal: Principal): EventPage["events"] {
    const moved = [...this.#moved.values()];
    this.#moved = new Map();
    if (!principal.permissions.has("runs:read")) return [];
    return moved.map((data) => ({ id: null, event: "run.progress", data }));
  }

  async #news(principal: Principal): Promise<EventPage> {
    if (!this.#hasNews) return { events: [], ended: false };
    // Before the read, as whoever comes during it may not be seen by it.
    this.#hasNews = false;
    const rows = await asTenant(principal, (db) => eventsAfter(db, this.#seq, PAGE));
    const isMore = rows.length === PAGE;
    this.#hasNews ||= isMore;
    const [first, last] = [rows[0], rows.at(-1)];
    if (first === undefined || last === undefined) return { events: [], ended: false };
    const isGap = first.seq !== this.#seq + 1;
    this.#seq = last.seq;
    const told = rows.filter(({ topic }) => maySee(principal, topic)).map(eventOf);
    const reset = { id: null, event: "reset", data: { seq: first.seq - 1 } };
    return { events: isGap ? [reset, ...told] : told, ended: false, isMore };
  }

  lookAfterMs(): number {
    return WAIT_MS;
  }
}

// What nobody has said about a topic is not shown.
function maySee(principal: Principal, topic: string): boolean {
  const known = eventTopics.find((one): one is EventTopic => one === topic);
  return known !== undefined && principal.permissions.has(permissionOf(known));
}

function eventOf(row: EventRow) {
  const { seq, topic, entityId, payload } = row;
  const data = { seq, at: row.recordedAt.toISOString(), topic, entity_id: entityId, payload };
  return { id: seq, event: topic, data };
}
