// Limits that count runs, decided at the start under their counters' locks: RUNS over a window, CONCURRENT_RUNS now.

import { v7 as uuidv7 } from "uuid";
import { policyEnforcements } from "@/db/schema/enforcement";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { type RunContext, scopeKey, type WindowLimit } from "@/server/policies/scopes";
import { windowOf } from "@/server/policies/windows";
import { QuotaExceeded } from "./contract";
import { counterState } from "./load";
import type { StartItem } from "./new-run";
import type { QuotaCount } from "./quota-count";
import type { CounterAddress } from "./readings";
import { leavingOf, readOldest, readSums } from "./sliding-log";
import { countLive } from "./start-store";
import { ensureCounters, lockCounters, readControl } from "./store";
import { type CounterState, counterKey, type World } from "./world";

type Quota = { item: StartItem; windows: readonly WindowLimit[]; context: RunContext };

/** Outcome of a start that a window limit refuses: an enforcement, no run. Its row is written after the rollback. */
export class QuotaRefusal extends Error {
  override readonly name = "QuotaRefusal";
  constructor(
    readonly count: QuotaCount,
    readonly world: World,
  ) {
    super(`${count.limit.name} has no room`);
  }
}

/**
 * Locks every limit that counts runs and returns what each comes to with this one; `countRun` writes it when the run does
 * start. Throws QuotaRefusal when one of them has no room. Moves the world's clock past the locks it waited for.
 */
export async function quotaOf(db: TenantDb, world: World, quota: Quota): Promise<QuotaCount[]> {
  const addresses = runCounters(world, quota);
  if (addresses.length === 0) return [];
  const counts: QuotaCount[] = [];
  for (const { state, limit } of await lockStates(db, world, { addresses, clock: quota.item.clock })) {
    const isConcurrent = limit.limit_type === "CONCURRENT_RUNS";
    const before = isConcurrent ? await countLive(db, limit, state.scopeKey) : state.used;
    if (before + 1 > limit.max && limit.enforcement !== "warn") {
      throw new QuotaRefusal({ state, limit, used: before }, world);
    }
    counts.push({ state, limit, used: before + 1 });
  }
  return counts;
}

function runCounters(world: World, { windows, context }: Quota): CounterAddress[] {
  return windows.flatMap((limit) => {
    const scope = scopeKey(limit, context);
    if (scope === null || (limit.limit_type !== "RUNS" && limit.limit_type !== "CONCURRENT_RUNS")) return [];
    const window = windowOf(limit, world.now, world.book.settings.timezone);
    return [
      {
        limit,
        limitId: limit.limit_id,
        scopeKey: scope,
        windowStart: window.start.toISOString(),
        resetsAt: window.resets_at,
      },
    ];
  });
}

type Locking = { addresses: readonly CounterAddress[]; clock: Date | null };

async function lockStates(db: TenantDb, world: World, { addresses, clock }: Locking) {
  const [, locked, sums, control] = await Promise.all([
    ensureCounters(db, addresses),
    lockCounters(db, addresses),
    readSums(db, addresses, clock),
    readControl(db),
  ]);
  const instants = [
    ...locked.map((row) => row.lastAt),
    ...sums.map((sum) => sum.now),
    ...control.map((row) => row.now),
  ];
  if (clock === null)
    world.now = instants.reduce((latest, now) => (now.getTime() > latest.getTime() ? now : latest), world.now);
  const byKey = new Map(
    locked.map((row) => [counterKey(row.limitId, row.scopeKey, row.windowStart.toISOString()), row]),
  );
  return addresses.flatMap((address) => {
    const key = counterKey(address.limitId, address.scopeKey, address.windowStart);
    const row = byKey.get(key);
    if (row === undefined || address.limit === null) return [];
    const state = counterState(address, row, { sums, now: world.now });
    world.counters.set(key, state);
    return [{ state, limit: address.limit }];
  });
}

/** When there is room for one more run; null when there never will be. */
function waitOf(state: CounterState, limit: WindowLimit, now: Date): number | null {
  if (limit.limit_type === "CONCURRENT_RUNS") return 1_000;
  if (state.log === null) return state.resetsAt === null ? null : state.resetsAt.getTime() - now.getTime();
  let over = state.used + 1 - limit.max;
  for (const [amount, inMs] of leavingOf(state, now)) {
    over -= amount;
    if (over <= 0) return inMs;
  }
  return null;
}

/**
 * The enforcement row of a refused start; the run itself does not exist. Returns in how many ms there is room for it, read
 * when the counter's lock is no longer held; null when there never will be.
 */
export async function recordQuota(db: TenantDb, item: StartItem, refusal: QuotaRefusal): Promise<number | null> {
  const { state, limit, used } = refusal.count;
  await db.insert(policyEnforcements, {
    id: uuidv7(),
    source: "limit",
    limitId: limit.limit_id,
    policyVersion: limit.version,
    policyName: limit.name,
    action: "quota_exceeded",
    violationType: "rate_limit",
    metric: limit.limit_type,
    thresholdValue: limit.max_value,
    actualValue: String(used + 1),
    projected: true,
    reason: `${limit.name}: ${used} of ${limit.max_value} runs`,
    detail: { run_id: item.runId, agent_id: item.body.agent_id },
    recordedAt: await db.now(),
  });
  await readOldest(db, [state], refusal.world);
  return waitOf(state, limit, refusal.world.now);
}

export function quotaProblem({ count: { limit, used } }: QuotaRefusal, retryAfterMs: number | null) {
  return QuotaExceeded.with({
    detail: `${limit.name} allows ${limit.max_value} runs; ${used} are counted.`,
    limit_id: limit.limit_id,
    retry_after_ms: retryAfterMs,
    ...(retryAfterMs === null ? {} : { retry_after: Math.max(1, Math.ceil(retryAfterMs / 1000)) }),
  });
}
