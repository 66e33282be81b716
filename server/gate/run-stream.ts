// Where a run's stream gets its bytes. It reads when its reader wants more, and not before: a change in this process wakes
// it at once, one of another process is found by looking.

import { type RunEvent, type RunEvents, runEventsAfter } from "@/server/activity/run-events";
import { resolvePrincipal } from "@/server/platform/auth/resolve";
import { asTenant } from "@/server/platform/db/tenant-db";
import { shutdown } from "@/server/platform/env/shutdown";
import type { OwnContext } from "@/server/platform/http/handle";
import { log } from "@/server/platform/log/log";
import { onChange } from "./run-changes";

const POLL_MS = 250;
/** Of a run that has been quiet for `QUIET_AFTER_MS`. */
const QUIET_POLL_MS = 1_000;
const QUIET_AFTER_MS = 10_000;
/** Between two reads of a run that changes all the time. */
const GAP_MS = 50;
const RECHECK_MS = 5_000;
const KEEP_ALIVE_MS = 15_000;
/** A reader that takes nothing for so long is gone. */
const STALLED_MS = 120_000;
const CHUNK_LENGTH = 16_384;

type Controller = ReadableStreamDefaultController<Uint8Array>;
export type RunStreamParts = { cx: OwnContext; runId: string; first: RunEvents; giveBack: () => void };

export class RunStream implements UnderlyingDefaultSource<Uint8Array> {
  private page: RunEvents | null;
  private told = 0;
  private checkedAt = Date.now();
  private sentAt = Date.now();
  private isOver = false;
  private hasChanged = false;
  private wake: (() => void) | null = null;
  private stalled: NodeJS.Timeout | undefined;
  private readonly ended = new AbortController();

  constructor(private readonly parts: RunStreamParts) {
    this.page = parts.first;
  }

  start(controller: Controller): void {
    const { cx, runId } = this.parts;
    const stop = () => this.close(controller);
    for (const signal of [cx.request.signal, shutdown().signal]) {
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { signal: this.ended.signal });
    }
    const silence = onChange(cx.principal.tenantId, runId, () => {
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
      log.warn({ err: error, run_id: this.parts.runId }, "a stream ended early");
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
    this.parts.giveBack();
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
    await this.readOn(this.page.last_seq);
    if (this.isOver || Date.now() - this.sentAt <= KEEP_ALIVE_MS) return this.isOver;
    this.send(controller, ": still here\n\n");
    return true;
  }

  /** As many events as the reader wants. */
  private tell(controller: Controller, events: readonly RunEvent[]): void {
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
  private async readOn(seq: number): Promise<void> {
    const { cx, runId } = this.parts;
    const isQuiet = Date.now() - this.sentAt > QUIET_AFTER_MS;
    await new Promise((resolve) => setTimeout(resolve, GAP_MS));
    if (!this.hasChanged && !this.isOver) await this.changed((isQuiet ? QUIET_POLL_MS : POLL_MS) - GAP_MS);
    if (this.isOver) return;
    // Set before the read: what is committed during it is read by the next.
    this.hasChanged = false;
    this.page = await asTenant(cx.principal, (db) => runEventsAfter(db, runId, seq));
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
    const { cx } = this.parts;
    const principal = await resolvePrincipal(cx.request);
    return principal !== null && principal.tenantId === cx.principal.tenantId && principal.permissions.has("runs:read");
  }
}

function written(event: RunEvent): string {
  const id = event.id === null ? "" : `id: ${event.id}\n`;
  return `event: ${event.event}\n${id}data: ${JSON.stringify(event.data)}\n\n`;
}
