// How far live runs are, told once a second while anybody listens. Accepted steps are no events: they would be most of them.
// This is no event either. It has no number, nothing keeps it, and whoever misses it is told the newer state a second later.

import { systemPrincipal } from "@/server/platform/auth/principal";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";
import { once } from "@/server/platform/env/once";
import { log } from "@/server/platform/log/log";
import { wireCents } from "@/server/policies/amounts";

const TICK_MS = 1_000;
/** A step's time is taken before its commit: so far back it is looked for what the last tick could not see yet. */
const REACH = "5 seconds";
/** Live runs that are looked at, the newest first, and those of them that are told of, in one tick of a tenant. */
const MOST_LIVE = 5_000;
const MOST_TOLD = 500;

export type RunProgress = {
  run_id: string;
  status: string;
  last_step_index: number;
  steps_completed: number;
  tokens_used: number;
  cost_cents: number;
  last_seen_at: string;
};

type Listener = (moved: readonly RunProgress[]) => void;
type Watch = { listeners: Set<Listener>; told: ReadonlyMap<string, string> };

class Progress {
  readonly #watches = new Map<string, Watch>();
  #timer: NodeJS.Timeout | undefined;

  listen(tenantId: string, listener: Listener): () => void {
    const watch = this.#watches.get(tenantId) ?? { listeners: new Set(), told: new Map() };
    this.#watches.set(tenantId, watch);
    watch.listeners.add(listener);
    this.#timer ??= setTimeout(() => void this.#tick(), TICK_MS).unref();
    return () => {
      watch.listeners.delete(listener);
      if (watch.listeners.size === 0 && this.#watches.get(tenantId) === watch) this.#watches.delete(tenantId);
    };
  }

  async #tick(): Promise<void> {
    // One after the other: the pool is the gate's.
    for (const [tenantId, watch] of [...this.#watches]) await tell(tenantId, watch);
    if (this.#watches.size === 0) {
      this.#timer = undefined;
      return;
    }
    this.#timer = setTimeout(() => void this.#tick(), TICK_MS).unref();
  }
}

async function tell(tenantId: string, watch: Watch): Promise<void> {
  try {
    const rows = await asTenant(systemPrincipal(tenantId, "events.progress"), lately);
    const moved = rows.filter((row) => watch.told.get(row.run_id) !== stateOf(row));
    watch.told = new Map(rows.map((row) => [row.run_id, stateOf(row)]));
    if (moved.length > 0) for (const listener of watch.listeners) listener(moved);
  } catch (error) {
    log.debug({ err: error }, "it could not be looked how far runs are");
  }
}

function stateOf({ last_seen_at, last_step_index, steps_completed, status }: RunProgress): string {
  return `${last_seen_at} ${last_step_index} ${steps_completed} ${status}`;
}

type Row = Omit<RunProgress, "cost_cents" | "last_seen_at"> & { cost_units: number; last_seen_at: Date };

// By the index of live runs alone; an index on what every step changes would be paid for at every step.
async function lately(db: TenantDb): Promise<RunProgress[]> {
  const rows = await db.sql<Row>`
    select l.run_id, l.status, l.last_step_index, l.steps_completed, l.input_tokens + l.output_tokens as tokens_used,
      l.cost_units, l.last_seen_at
    from (
      select * from runs r where ${db.mine("r")} and r.completed_at is null order by r.started_at desc limit ${MOST_LIVE}) l
    where ${db.mine("l")} and l.last_step_index > 0 and l.last_seen_at > clock_timestamp() - ${REACH}::interval
    order by l.last_seen_at desc limit ${MOST_TOLD}`;
  return rows.map(({ cost_units, last_seen_at, ...row }) => ({
    ...row,
    cost_cents: wireCents(cost_units),
    last_seen_at: last_seen_at.toISOString(),
  }));
}

/** Calls `listener` once a second with the tenant's live runs that moved; returns how to end that. */
export function onProgress(tenantId: string, listener: Listener): () => void {
  return once("events-progress", () => new Progress()).listen(tenantId, listener);
}
