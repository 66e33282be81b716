// One queue and those of its jobs that this process runs now. What happens to a job happens in the database: a process
// that is gone says nothing more, its leases run out, and the jobs are handed out again.

import type PgBoss from "pg-boss";
import { log } from "@/server/platform/log/log";
import { finishJob, renewLeases, type Taken } from "./requests";

export type LaneParts = {
  queue: string;
  atOnce: number;
  mostMs: number;
  run(data: unknown, signal: AbortSignal): Promise<void>;
  /** A place has become free, and there may be a job for it. */
  onFree(): void;
};

export class Lane {
  readonly queue: string;
  readonly #parts: LaneParts;
  readonly #boss: PgBoss;
  #mayHoldMore = false;
  readonly #running = new Map<string, { ended: Promise<void>; abort: AbortController }>();

  constructor(boss: PgBoss, parts: LaneParts) {
    this.#boss = boss;
    this.#parts = parts;
    this.queue = parts.queue;
  }

  /** The last look filled every place. */
  get mayHoldMore(): boolean {
    return this.#mayHoldMore;
  }

  /** Takes as many jobs as there are places. */
  async take(): Promise<void> {
    const free = this.#parts.atOnce - this.#running.size;
    if (free <= 0) return;
    const jobs = await this.#boss.fetch<Taken["data"]>(this.queue, { batchSize: free });
    for (const { id, data } of jobs) {
      const abort = new AbortController();
      const ended = this.#see({ queue: this.queue, id, data }, abort).finally(() => this.#free(id));
      this.#running.set(id, { ended, abort });
    }
    this.#mayHoldMore = jobs.length === free;
  }

  #free(id: string): void {
    this.#running.delete(id);
    if (this.#mayHoldMore) this.#parts.onFree();
  }

  /** Says that what runs here is still running. */
  async renew(): Promise<void> {
    if (this.#running.size > 0) await renewLeases(this.queue, [...this.#running.keys()]);
  }

  /** Waits at most `patienceMs`; what runs then is given up and tried again elsewhere. */
  async stop(patienceMs: number): Promise<void> {
    const cut = setTimeout(() => {
      for (const { abort } of this.#running.values()) abort.abort(new Error("the process stops"));
    }, patienceMs);
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
    clearTimeout(cut);
  }

  /** Never throws: what cannot be written down now is met again when the lease has run out. */
  async #see(taken: Taken, abort: AbortController): Promise<void> {
    const { mostMs, run } = this.#parts;
    const late = setTimeout(() => abort.abort(new Error(`it took longer than ${mostMs} ms`)), mostMs);
    try {
      await orAborted(run(taken.data.ids, abort.signal), abort.signal);
      await finishJob(this.#boss, taken);
    } catch (error) {
      log.warn({ err: error, job: this.queue, ...taken.data.ids }, "a job failed; it is tried again while it may be");
      await this.#fail(taken, error);
    } finally {
      clearTimeout(late);
    }
  }

  // Only the kind of failure is kept with the job: a message may hold what a tenant wrote.
  async #fail({ id }: Taken, error: unknown): Promise<void> {
    const name = error instanceof Error ? error.name : "unknown";
    await this.#boss
      .fail(this.queue, id, { error: name })
      .catch((err: unknown) => log.warn({ err, job: this.queue }, "that a job failed could not be written down"));
  }
}

function orAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
