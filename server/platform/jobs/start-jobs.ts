// The loop that runs jobs in this process. Several processes may run it on one database: each job is handed to one of them.

import { env } from "@/server/platform/env/env";
import { log } from "@/server/platform/log/log";
import { systemBoss } from "./boss";
import type { AnyJob } from "./define-job";
import { Lane } from "./lane";
import { deadQueueOf, prepareQueues } from "./queues";
import { fillQueue, LEASE_S } from "./requests";

/** Between two looks for what is requested here or elsewhere. */
const TICK_MS = 200;
/** Between two looks into queues that others may have filled, and where something may be due again. */
const LOOK_MS = 1_000;
const RENEW_MS = (LEASE_S * 1000) / 3;
/** Between two looks for leases that have run out, and for what is long over. */
const MAINTAIN_MS = 10_000;
const STOP_PATIENCE_MS = 4_000;

/** Makes the queues and begins to run these jobs. Throws when the queues cannot be made. */
export async function startJobs(definitions: readonly AnyJob[]): Promise<{ stop(): Promise<void> }> {
  const owner = env.DATABASE_MIGRATION_URL ?? env.DATABASE_URL;
  if (owner === undefined) throw new Error("no database: start it before its jobs");
  await prepareQueues(owner, definitions);
  const loop = new JobLoop(definitions);
  loop.start();
  return { stop: () => loop.stop() };
}

type Chore = "look" | "renew" | "maintain";

class JobLoop {
  readonly #boss = systemBoss();
  readonly #jobs: ReadonlyMap<string, AnyJob>;
  readonly #lanes: readonly Lane[];
  readonly #didAt: Record<Chore, number> = { look: 0, renew: 0, maintain: 0 };
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();
  #isSoon = false;
  #isStopped = false;

  constructor(definitions: readonly AnyJob[]) {
    this.#jobs = new Map(definitions.map((job) => [job.name, job]));
    this.#lanes = definitions.flatMap((job) => this.#lanesOf(job));
  }

  start(): void {
    this.#timer = undefined;
    this.#turn = this.#go();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#turn;
    await Promise.all(this.#lanes.map((lane) => lane.stop(STOP_PATIENCE_MS)));
  }

  #lanesOf(job: AnyJob): Lane[] {
    const { name, atOnce, mostMs } = job;
    const onFree = () => this.#soon();
    return [
      new Lane(this.#boss, { queue: name, atOnce, mostMs, onFree, run: job.run }),
      new Lane(this.#boss, { queue: deadQueueOf(name), atOnce: 1, mostMs, onFree, run: job.bury }),
    ];
  }

  async #go(): Promise<void> {
    try {
      await this.#tick();
    } catch (error) {
      log.warn({ err: error }, "jobs could not be looked for; the next look is soon");
    }
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => this.start(), this.#isSoon ? 0 : TICK_MS);
    this.#isSoon = false;
  }

  /** Does not wait for the next tick; during one, the next follows at once. */
  #soon(): void {
    this.#isSoon = true;
    if (this.#timer === undefined || this.#isStopped) return;
    clearTimeout(this.#timer);
    this.#isSoon = false;
    this.start();
  }

  async #tick(): Promise<void> {
    if (this.#isDue("renew", RENEW_MS)) await Promise.all(this.#lanes.map((lane) => lane.renew()));
    if (this.#isDue("maintain", MAINTAIN_MS)) await this.#boss.maintain();
    const filled = await fillQueue(this.#boss, this.#jobs);
    const isLook = this.#isDue("look", LOOK_MS);
    const wanted = this.#lanes.filter((lane) => isLook || lane.mayHoldMore || filled.has(lane.queue));
    await Promise.all(wanted.map((lane) => lane.take()));
  }

  #isDue(chore: Chore, everyMs: number): boolean {
    const now = performance.now();
    if (this.#didAt[chore] > 0 && now - this.#didAt[chore] < everyMs) return false;
    this.#didAt[chore] = now;
    return true;
  }
}
