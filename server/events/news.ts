// Who in this process wants to know when a tenant has new events. Those that this process numbers are told at once; those
// of other processes are found by looking, as long as anybody listens, and heard of earlier over a direct connection.

import { asSystem } from "@/server/platform/db/system-db";
import { env } from "@/server/platform/env/env";
import { once } from "@/server/platform/env/once";
import { log } from "@/server/platform/log/log";
import { hearEvents } from "./notifications";

const LOOK_MS = 100;
/** While notifications come in. */
const LOOK_WHEN_TOLD_MS = 1_000;

type Listener = () => void;

class News {
  readonly #listeners = new Map<string, Set<Listener>>();
  /** The highest number of each tenant that anybody listens for. */
  #heads: ReadonlyMap<string, number> = new Map();
  #timer: NodeJS.Timeout | undefined;
  #isHearing = false;
  #toldAt = Number.NEGATIVE_INFINITY;

  listen(tenantId: string, listener: Listener): () => void {
    const own = this.#listeners.get(tenantId) ?? new Set();
    this.#listeners.set(tenantId, own.add(listener));
    this.#hear();
    this.#timer ??= setTimeout(() => this.#look(), LOOK_MS).unref();
    return () => {
      own.delete(listener);
      if (own.size === 0 && this.#listeners.get(tenantId) === own) this.#listeners.delete(tenantId);
    };
  }

  tell(tenantIds: Iterable<string>): void {
    for (const tenantId of tenantIds) for (const listener of this.#listeners.get(tenantId) ?? []) listener();
  }

  #hear(): void {
    if (this.#isHearing || env.DATABASE_DIRECT_URL === undefined) return;
    this.#isHearing = true;
    hearEvents(env.DATABASE_DIRECT_URL, (tenantIds) => {
      this.#toldAt = performance.now();
      this.tell(tenantIds ?? this.#listeners.keys());
    });
  }

  async #look(): Promise<void> {
    if (this.#listeners.size === 0) {
      this.#timer = undefined;
      this.#heads = new Map();
      return;
    }
    try {
      const before = this.#heads;
      this.#heads = await headsOf([...this.#listeners.keys()]);
      this.tell([...this.#heads].filter(([id, seq]) => before.get(id) !== seq).map(([id]) => id));
    } catch (error) {
      log.debug({ err: error }, "new events could not be looked for");
    }
    const isTold = performance.now() - this.#toldAt < LOOK_WHEN_TOLD_MS;
    this.#timer = setTimeout(() => this.#look(), isTold ? LOOK_WHEN_TOLD_MS : LOOK_MS);
    this.#timer.unref();
  }
}

async function headsOf(tenantIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await asSystem(
    "events: look for new ones",
    (sql) => sql<{ tenant_id: string; seq: number }[]>`
      select t.tenant_id, coalesce(
        (select e.seq from events e where e.tenant_id = t.tenant_id order by e.seq desc limit 1), 0) as seq
      from unnest(${[...tenantIds]}::uuid[]) t(tenant_id)`,
  );
  return new Map(rows.map(({ tenant_id, seq }) => [tenant_id, seq]));
}

function news(): News {
  return once("events-news", () => new News());
}

/** Calls `listener` when the tenant may have new events; returns how to end that. */
export function onNews(tenantId: string, listener: Listener): () => void {
  return news().listen(tenantId, listener);
}

/** These tenants have new events. */
export function tellNews(tenantIds: readonly string[]): void {
  news().tell(tenantIds);
}
