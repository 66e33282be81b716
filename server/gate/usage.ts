// How an admitted, settled or lapsed step moves the run's totals and the counters of window limits.

import type { CostSource } from "@/db/vocabulary";
import type { WindowLimit } from "@/server/policies/scopes";
import type { Draft } from "./draft";
import { noteMinute } from "./memory";
import { countersOf } from "./readings";
import type { Reservation, StepRow } from "./rows";
import { edgeOf } from "./sliding-log";

export type Use = { input_tokens: number; output_tokens: number; cost_units: number | null };

/** Reserves an admission's estimate in the run and in every window that applies; returns what it holds of windows. */
export function reserve(draft: Draft, estimate: Use): Reservation[] {
  const { run } = draft;
  run.reservedInputTokens += estimate.input_tokens;
  run.reservedOutputTokens += estimate.output_tokens;
  run.reservedCostUnits += estimate.cost_units ?? 0;
  run.openSteps += 1;
  return countersOf(draft.world, run).map(({ counter }) => {
    const amount = amountOf(counter.limit, estimate);
    const isRate = counter.limit?.limit_category === "RATE";
    const at = draft.now.toISOString();
    if (isRate) draft.effects.entries.push({ limitId: counter.limitId, scopeKey: counter.scopeKey, at, amount });
    else draft.effects.counters.push(delta(counter, { reserved: amount }));
    return {
      limit_id: counter.limitId,
      scope_key: counter.scopeKey,
      window_start: counter.windowStart,
      sliding: isRate,
      at,
      amount,
    };
  });
}

/** Takes an admission's reservation out of the run, wherever it stands: open, lapsed, or presumed since the run's end. */
export function releaseOwn(draft: Draft, own: StepRow): void {
  const { run } = draft;
  if (own.state === "open") {
    run.reservedInputTokens -= own.estimateInputTokens;
    run.reservedOutputTokens -= own.estimateOutputTokens;
    run.reservedCostUnits -= own.estimateCostUnits;
    run.openSteps -= 1;
    return;
  }
  run.presumedInputTokens -= own.estimateInputTokens;
  run.presumedOutputTokens -= own.estimateOutputTokens;
  run.presumedCostUnits -= own.estimateCostUnits;
  run.lapsedSteps -= 1;
}

/** Charges settled or late usage to the run. */
export function chargeRun(draft: Draft, use: Use, own: StepRow | null): void {
  const { run } = draft;
  run.inputTokens += use.input_tokens;
  run.outputTokens += use.output_tokens;
  run.costUnits += use.cost_units ?? 0;
  run.stepsCompleted += 1;
  const { memory } = run;
  const governance = draft.world.governance.get(run.runId);
  if (governance?.plan.readsMinute === true) {
    draft.remember({ minute: noteMinute(memory.minute, draft.now.getTime(), use.cost_units ?? 0) });
  }
  if (use.cost_units === null && !memory.unpriced) draft.remember({ unpriced: true });
  if (own === null) return;
  draft.remember({
    excess: {
      input_tokens: memory.excess.input_tokens + Math.max(0, use.input_tokens - own.estimateInputTokens),
      output_tokens: memory.excess.output_tokens + Math.max(0, use.output_tokens - own.estimateOutputTokens),
      cost_units: memory.excess.cost_units + Math.max(0, (use.cost_units ?? 0) - own.estimateCostUnits),
    },
  });
}

/** Charges usage to the windows: where the admission reserved, and elsewhere in the window that is open now. */
export function chargeWindows(draft: Draft, use: Use, own: StepRow | null): void {
  const held = own?.reservations ?? [];
  const isOpen = own?.state === "open";
  for (const one of held) settleHeld(draft, one, { use, isOpen });
  for (const { counter } of countersOf(draft.world, draft.run)) {
    if (held.some((one) => one.limit_id === counter.limitId && one.scope_key === counter.scopeKey)) continue;
    const amount = amountOf(counter.limit, use);
    const unpriced = counter.limit?.limit_type === "COST_CENTS" && use.cost_units === null;
    if (counter.limit?.limit_category === "RATE") {
      const at = draft.now.toISOString();
      draft.effects.entries.push({ limitId: counter.limitId, scopeKey: counter.scopeKey, at, amount });
      if (unpriced) draft.effects.counters.push(delta(counter, { unpriced }));
    } else draft.effects.counters.push(delta(counter, { used: amount, unpriced }));
  }
}

function settleHeld(draft: Draft, held: Reservation, settled: { use: Use; isOpen: boolean }): void {
  const limit = draft.world.book.windows.find((one) => one.limit_id === held.limit_id) ?? null;
  const amount = limit === null ? held.amount : amountOf(limit, settled.use);
  const address = { limitId: held.limit_id, scopeKey: held.scope_key, windowStart: held.window_start };
  if (!held.sliding) {
    const before = settled.isOpen ? { reserved: -held.amount } : { presumed: -held.amount };
    const unpriced = limit?.limit_type === "COST_CENTS" && settled.use.cost_units === null;
    draft.effects.counters.push(delta(address, { ...before, used: amount, unpriced }));
    return;
  }
  // A sliding log forgets what was not used at the time it was admitted, and counts what was used above it now.
  const difference = amount - held.amount;
  const hasLeft = Date.parse(held.at) < edgeOf(limit, draft.now);
  if (difference === 0 || (difference < 0 && hasLeft)) return;
  const at = difference < 0 ? held.at : draft.now.toISOString();
  draft.effects.entries.push({ limitId: held.limit_id, scopeKey: held.scope_key, at, amount: difference });
}

/** A reservation whose time is up, or whose run is over: it stays counted, as presumed. */
export function presume(draft: Draft, step: StepRow): void {
  const { run } = draft;
  run.reservedInputTokens -= step.estimateInputTokens;
  run.reservedOutputTokens -= step.estimateOutputTokens;
  run.reservedCostUnits -= step.estimateCostUnits;
  run.openSteps -= 1;
  run.presumedInputTokens += step.estimateInputTokens;
  run.presumedOutputTokens += step.estimateOutputTokens;
  run.presumedCostUnits += step.estimateCostUnits;
  run.lapsedSteps += 1;
  for (const held of step.reservations ?? []) {
    if (held.sliding) continue;
    const address = { limitId: held.limit_id, scopeKey: held.scope_key, windowStart: held.window_start };
    draft.effects.counters.push(delta(address, { reserved: -held.amount, presumed: held.amount }));
  }
}

function amountOf(limit: WindowLimit | null, use: Use): number {
  if (limit?.limit_type === "TOKENS") return use.input_tokens + use.output_tokens;
  return limit?.limit_type === "COST_CENTS" ? (use.cost_units ?? 0) : 1;
}

type Address = { limitId: string; scopeKey: string; windowStart: string };
type Moves = { used?: number; reserved?: number; presumed?: number; unpriced?: boolean };

function delta(address: Address, moves: Moves) {
  return {
    limitId: address.limitId,
    scopeKey: address.scopeKey,
    windowStart: address.windowStart,
    used: moves.used ?? 0,
    reserved: moves.reserved ?? 0,
    presumed: moves.presumed ?? 0,
    unpriced: moves.unpriced ?? false,
    signalled: "" as const,
  };
}

export function assuranceOf(source: CostSource): string {
  return source === "computed" ? "price_table" : "self_reported";
}
