// A stream of server-sent events. It reads when its reader wants more, and not before, so a slow reader costs one page of
// memory and no more; who asks is looked up again every few seconds, because a stream outlives its request.

import type { Permission, Principal } from "@/server/platform/auth/principal";
import { resolvePrincipal } from "@/server/platform/auth/resolve";
import { shutdown } from "@/server/platform/env/shutdown";
import type { OwnContext } from "@/server/platform/http/handle";
import { invalid } from "@/server/platform/http/problem";
import { takePlace } from "@/server/platform/http/stream-places";
import { log } from "@/server/platform/log/log";

export type StreamedEvent = { id: number | null; event: string; data: object };
export type EventPage = {
  events: readonly StreamedEvent[];
  /** Nothing will follow. */
  ended: boolean;
  /** More is there already. */
  isMore?: boolean;
};

/** Where a stream's events come from. */
export type EventSource = {
  first: EventPage;
  /** What whoever reads must hold as long as it reads. */
  permission: Permission;
  /** Calls `wake` when there may be something new; returns how to end that. */
  listen(wake: () => void): () => void;
  /** What came since the last page; null when there is nothing to be read any more. */
  read(principal: Principal): Promise<EventPage | null>;
  /** How long to wait for `wake` before reading unasked, at most 1 000 ms, when nothing was sent for `quietMs`. */
  lookAfterMs(quietMs: number): number;
};

/** What waits in memory for a reader that is slower than its events. */
const AHEAD_BYTES = 65_536;
/** Between two reads of a source that changes all the time. */
const GAP_MS = 50;
/** With the longest wait for a source this is less than five seconds. */
const RECHECK_MS = 3_500;
const KEEP_ALIVE_MS = 15_000;
/** A reader that takes nothing for so long is gone. */
const STALLED_MS = 120_000;
const CHUNK_LENGTH = 16_384;

/** Answers with what `open` gives. Throws what it throws, and 429 for too many streams at once. */
export async function streamEvents(cx: OwnContext, open: () => Promise<EventSource>): Promise<Response> {
  const giveBack = takePlace(cx.principal);
  try {
    const stream = new EventStream(cx, await open(), giveBack);
    const body = new ReadableStream(stream, new ByteLengthQueuingStrategy({ highWaterMark: AHEAD_BYTES }));
    return new Response(body, { headers: { "Content-Type": "text/event-stream", "X-Accel-Buffering": "no" } });
  } catch (error) {
    giveBack();
    throw error;
  }
}

/** The id of the last event that the reader has seen; null when it has seen none. Throws 422 for what is no id of ours. */
export function lastEventId(request: Request): number | null {
  const text = request.headers.get("last-event-id");
  if (text === null || text === "") return null;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw invalid({
    pointer: "header/Last-Event-ID",
    code: "invalid",
    detail: "It must be the id of an event of this stream",
  });
}

type Controller = ReadableStreamDefaultController<Uint8Array>;

class EventStream implements UnderlyingDefaultSource<Uint8Array> {
  private page: EventPage | null;
  private told = 0;
  private principal: Principal;
  private checkedAt = Date.now();
  private sentAt = Date.now();
  private isOver = false;
  private hasChanged = false;
  private wake: (() => void) | null = null;
  private stalled: NodeJS.Timeout | undefined;
  private readonly ended = new AbortController();

  constructor(
    private readonly cx: OwnContext,
    private readonly source: EventSource,
    private readonly giveBack: () => void,
  ) {
    this.page = source.first;
    this.principal = cx.principal;
  }

  start(controller: Controller): void {
    const stop = () => this.close(controller);
    for (const signal of [this.cx.request.signal, shutdown().signal]) {
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { signal: this.ended.signal });
    }
    const silence = this.source.listen(() => {
      this.hasChanged = true;
      this.wake?.();
    });
    if (this.isOver) silence();
    else this.ended.signal.addEventListener("abort", silence);
  }

  async pull(controller: Controller): Promise<void> {
    clearTimeout(this.stalled);
    try {
      while (!this.isOver && !(await this.advance(controller)));
    } catch (error) {
      log.warn({ err: error }, "a stream ended early");
      if (!this.isOver) controller.error(error);
      this.cancel();
    }
    if (this.isOver) return;
    this.stalled = setTimeout(() => this.close(controller), STALLED_MS);
    this.stalled.unref();
  }

  /** The reader is gone, or there is nothing more to tell. */
  cancel(): void {
    this.isOver = true;
    clearTimeout(this.stalled);
    this.wake?.();
    this.ended.abort();
    this.giveBack();
  }

  private close(controller: Controller): void {
    if (this.isOver) return;
    this.cancel();
    controller.close();
  }

  /** One turn; true when it has sent something or ended the stream. */
  private async advance(controller: Controller): Promise<boolean> {
    if (Date.now() - this.checkedAt > RECHECK_MS) {
      this.checkedAt = Date.now();
      if (!(await this.mayStillRead())) {
        if (!this.isOver) this.send(controller, "event: revoked\ndata: {}\n\n");
        this.close(controller);
        return true;
      }
    }
    if (this.isOver) return true;
    if (this.page === null || (this.page.ended && this.told === this.page.events.length)) {
      this.close(controller);
      return true;
    }
    if (this.told < this.page.events.length) {
      this.tell(controller, this.page.events);
      return true;
    }
    await this.readOn();
    if (this.isOver || Date.now() - this.sentAt <= KEEP_ALIVE_MS) return this.isOver;
    this.send(controller, ": still here\n\n");
    return true;
  }

  /** As many events as the reader wants. */
  private tell(controller: Controller, events: readonly StreamedEvent[]): void {
    while (this.told < events.length && (controller.desiredSize ?? 0) > 0) {
      let text = "";
      for (const event of events.slice(this.told)) {
        if (text.length >= CHUNK_LENGTH) break;
        text += written(event);
        this.told += 1;
      }
      this.send(controller, text);
    }
  }

  private send(controller: Controller, text: string): void {
    controller.enqueue(Buffer.from(text, "utf8"));
    this.sentAt = Date.now();
  }

  /** Waits until there may be something new, and reads it. */
  private async readOn(): Promise<void> {
    if (this.page?.isMore !== true) {
      await new Promise((resolve) => setTimeout(resolve, GAP_MS));
      const lookAfterMs = this.source.lookAfterMs(Date.now() - this.sentAt);
      if (!this.hasChanged && !this.isOver) await this.changed(lookAfterMs - GAP_MS);
    }
    if (this.isOver) return;
    // Set before the read: what is committed during it is read by the next.
    this.hasChanged = false;
    this.page = await this.source.read(this.principal);
    this.told = 0;
  }

  private changed(mostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.wake = null;
        resolve();
      };
      const timer = setTimeout(wake, mostMs);
      this.wake = wake;
    });
  }

  private async mayStillRead(): Promise<boolean> {
    const found = await resolvePrincipal(this.cx.request);
    if (found === null || found.tenantId !== this.principal.tenantId) return false;
    this.principal = found;
    return found.permissions.has(this.source.permission);
  }
}

function written(event: StreamedEvent): string {
  const id = event.id === null ? "" : `id: ${event.id}\n`;
  return `event: ${event.event}\n${id}data: ${JSON.stringify(event.data)}\n\n`;
}
