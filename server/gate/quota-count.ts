// What a start that is let in leaves in the limits that count runs: its count, the signal it crosses, and the warning of a
// limit that warns only. A start that is refused leaves nothing.

import type { WindowLimit } from "@/server/policies/scopes";
import type { Candidate, SignalDraft } from "./decision";
import type { Draft } from "./draft";
import { enforcementRow, signalRows } from "./enforcement-rows";
import { percentageOf } from "./measure";
import { crossed, isGiven } from "./signals";
import type { CounterState } from "./world";

/** `used` is with the run that starts. */
export type QuotaCount = { state: CounterState; limit: WindowLimit; used: number };

export function countRun(draft: Draft, counts: readonly QuotaCount[]): void {
  for (const count of counts) {
    if (count.used > count.limit.max) {
      draft.effects.enforcements.push(enforcementRow(draft, warningOf(count), { stepIndex: null, seq: 0 }));
    }
    // What is live is asked anew at each start.
    if (count.limit.limit_type === "CONCURRENT_RUNS") continue;
    const signal = signalOf(count);
    if (signal !== null) {
      const rows = signalRows(draft, [signal], { stepIndex: null, seq: 0 });
      draft.effects.signals.push(...rows);
      for (const { id, metric } of rows) {
        draft.announce(`signal.${signal.type}`, { signal_id: id, metric, run_id: draft.run.runId });
      }
    }
    add(draft, count.state, signal?.type ?? "");
  }
}

function add(draft: Draft, state: CounterState, signalled: "" | SignalDraft["type"]): void {
  const { limitId, scopeKey, windowStart } = state;
  const isSliding = state.log !== null;
  if (isSliding) draft.effects.entries.push({ limitId, scopeKey, at: draft.now.toISOString(), amount: 1 });
  if (isSliding && signalled === "") return;
  const moves = { used: isSliding ? 0 : 1, reserved: 0, presumed: 0, unpriced: false, signalled };
  draft.effects.counters.push({ limitId, scopeKey, windowStart, ...moves });
}

function signalOf({ state, limit, used }: QuotaCount): SignalDraft | null {
  const type = crossed(used, limit.max, limit.near_percentage);
  if (type === null || isGiven(state.signalled, type)) return null;
  return {
    key: limit.limit_id,
    type,
    metric: limit.limit_type,
    enforcement: limit.enforcement,
    source: "limit",
    policy_id: null,
    limit_id: limit.limit_id,
    current: String(used),
    threshold: String(limit.max),
    percentage: percentageOf(used, limit.max),
  };
}

function warningOf({ limit, used }: QuotaCount): Candidate {
  return {
    key: limit.limit_id,
    enforcement: "warn",
    source: "limit",
    policy_id: null,
    limit_id: limit.limit_id,
    name: limit.name,
    version: limit.version,
    metric: limit.limit_type,
    violation_type: "rate_limit",
    rule_severity: null,
    category: null,
    precedence: 100,
    on_kill: "none",
    threshold: limit.max_value,
    actual: String(used),
    value: used,
    projected: true,
    reason: `${limit.name}: ${used} of ${limit.max_value} runs`,
    retry_after_ms: null,
  };
}
