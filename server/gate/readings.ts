// From rows to what decide reads.

import type { RunContext } from "@/server/policies/scopes";
import { scopeKey } from "@/server/policies/scopes";
import { windowOf } from "@/server/policies/windows";
import { saturated } from "./countable";
import type { Meter, RunReading, WindowReading } from "./decision";
import { sumMinute } from "./memory";
import type { RunRow, StepRow } from "./rows";
import { edgeOf, leavingOf } from "./sliding-log";
import { type CounterState, counterKey, type World } from "./world";

export function contextOf(run: RunRow): RunContext {
  return {
    agent_id: run.agentId,
    api_key_id: run.apiKeyId,
    human_actor_id: run.actorType === "human" ? run.actorId : null,
    project: run.project,
    provider: run.provider,
  };
}

/** The run before the step; `own` is the admission that a result settles, whose reservation no longer counts. */
export function readRun(run: RunRow, own: StepRow | null, now: Date): RunReading {
  const { memory } = run;
  return {
    id: run.runId,
    goal: run.goal ?? "",
    project: run.project ?? "",
    source: run.source ?? "",
    provider: run.provider ?? "",
    model: run.model ?? "",
    agent_id: run.agentId,
    actor_type: run.actorType ?? "",
    actor_id: run.actorId ?? "",
    tags: run.tags as Record<string, string>,
    synthetic: run.synthetic,
    meters: metersOf(run, own),
    unpriced: memory.unpriced,
    duration_ms: durationOf(run, now),
    minute: sumMinute(memory, now.getTime()),
    signalled: memory.signalled,
    holds: memory.holds,
    released: memory.released,
    last: memory.last,
    first_token_seen: memory.first_token_seen,
  };
}

/** Milliseconds since the start, pauses excluded; a pause that lasts stands still, and so does a run that is over. */
export function durationOf(run: RunRow, now: Date): number {
  const until = run.completedAt ?? run.pausedAt ?? now;
  return Math.max(0, until.getTime() - run.startedAt.getTime() - run.pausedMs);
}

export function metersOf(run: RunRow, own: StepRow | null): RunReading["meters"] {
  const open = own?.state === "open" ? own : null;
  const lapsed = own?.state === "lapsed" ? own : null;
  const input = meter(
    run.inputTokens,
    run.reservedInputTokens - (open?.estimateInputTokens ?? 0),
    run.presumedInputTokens - (lapsed?.estimateInputTokens ?? 0),
    run.memory.excess.input_tokens,
  );
  const output = meter(
    run.outputTokens,
    run.reservedOutputTokens - (open?.estimateOutputTokens ?? 0),
    run.presumedOutputTokens - (lapsed?.estimateOutputTokens ?? 0),
    run.memory.excess.output_tokens,
  );
  return {
    tokens: sum(input, output),
    input_tokens: input,
    output_tokens: output,
    cost_units: meter(
      run.costUnits,
      run.reservedCostUnits - (open?.estimateCostUnits ?? 0),
      run.presumedCostUnits - (lapsed?.estimateCostUnits ?? 0),
      run.memory.excess.cost_units,
    ),
    steps: meter(
      run.stepsCompleted,
      run.openSteps - (open === null ? 0 : 1),
      run.lapsedSteps - (lapsed === null ? 0 : 1),
      0,
    ),
  };
}

function meter(used: number, reserved: number, presumed: number, excess: number): Meter {
  return { used, reserved, presumed, excess };
}

function sum(a: Meter, b: Meter): Meter {
  return meter(a.used + b.used, a.reserved + b.reserved, a.presumed + b.presumed, a.excess + b.excess);
}

/** The counters a step of this run counts in, in lock order; RUNS and CONCURRENT_RUNS count at the start only. */
export function countersOf(
  world: Pick<World, "book" | "now">,
  run: RunRow,
): { key: string; counter: CounterAddress }[] {
  const context = contextOf(run);
  return world.book.windows.flatMap((limit) => {
    if (limit.limit_type === "RUNS" || limit.limit_type === "CONCURRENT_RUNS") return [];
    const scope = scopeKey(limit, context);
    if (scope === null) return [];
    const window = windowOf(limit, world.now, world.book.settings.timezone);
    const windowStart = window.start.toISOString();
    const counter = { limit, limitId: limit.limit_id, scopeKey: scope, windowStart, resetsAt: window.resets_at };
    return [{ key: counterKey(limit.limit_id, scope, windowStart), counter }];
  });
}

export type CounterAddress = Pick<CounterState, "limit" | "limitId" | "scopeKey" | "windowStart" | "resetsAt">;

/**
 * The windows a step is decided by. A result is decided by the windows its admission reserved in, where it reserved;
 * its own reservation is taken out.
 */
export function readWindows(
  world: World,
  run: RunRow,
  own: StepRow | null,
): { reading: WindowReading; counter: CounterState }[] {
  return countersOf(world, run).flatMap(({ key, counter: address }) => {
    const held = own?.reservations?.find(
      (one) => one.limit_id === address.limitId && one.scope_key === address.scopeKey,
    );
    const heldKey = held === undefined ? key : counterKey(held.limit_id, held.scope_key, held.window_start);
    const counter = world.counters.get(heldKey) ?? world.counters.get(key);
    if (counter === undefined || counter.limit === null) return [];
    return [{ counter, reading: readWindow(counter, counter.limit, { now: world.now, held: held ?? null, own }) }];
  });
}

type Held = { now: Date; held: { amount: number; at: string } | null; own: StepRow | null };

function readWindow(counter: CounterState, limit: NonNullable<CounterState["limit"]>, step: Held): WindowReading {
  const held = step.held?.amount ?? 0;
  const isOpen = step.own?.state === "open";
  const shared = {
    limit_id: limit.limit_id,
    name: limit.name,
    version: limit.version,
    limit_type: limit.limit_type as WindowReading["limit_type"],
    enforcement: limit.enforcement,
    near_percentage: limit.near_percentage,
    max: limit.max,
    unpriced: counter.unpriced,
    signalled: counter.signalled,
  };
  if (counter.log === null) {
    return {
      ...shared,
      limit_category: "BUDGET",
      used: counter.used,
      reserved: isOpen ? saturated(counter.reserved, -held) : counter.reserved,
      presumed: isOpen ? counter.presumed : saturated(counter.presumed, -held),
      resets_in_ms: counter.resetsAt === null ? null : counter.resetsAt.getTime() - step.now.getTime(),
      leaving: [],
    };
  }
  const isInside = step.held !== null && Date.parse(step.held.at) >= edgeOf(limit, step.now);
  return {
    ...shared,
    limit_category: "RATE",
    used: isInside ? saturated(counter.used, -held) : counter.used,
    reserved: 0,
    presumed: 0,
    resets_in_ms: null,
    leaving: leavingOf(counter, step.now),
  };
}
