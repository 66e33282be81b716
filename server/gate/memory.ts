// What a run's row remembers between posts beside its totals. Small, and only what a decision or an answer needs again.

import type { SignalType } from "@/db/vocabulary";
import type { Violation } from "@/server/evidence/record";

export type Pause = {
  key: string;
  value: number | null;
  units: number | null;
  step_key: string;
  policy_id: string | null;
  violation: Violation;
  incident_id: string;
};

/** Never changed in place: an item that fails must leave the run as it found it. */
export type RunMemory = {
  /** What each limit has signalled, by its key. */
  signalled: Record<string, SignalType>;
  /** The last step's skill and input (a MAC, never the input), and how often in a row. */
  repeats: { of: string; count: number } | null;
  /** That count as each open admission left it, by step index: the result that settles it is decided by the same. */
  admitted_repeats?: Record<string, number>;
  first_token_seen: boolean;
  /** Last values of limits bound `on_change`, by key. */
  last: Record<string, number>;
  /** After an approved pause: the value up to which that limit holds its peace, by key. */
  holds: Record<string, number>;
  /** After an approved pause by a condition: the step key it was approved for, by policy. */
  released: Record<string, string>;
  /** What the run is paused by, and what its end will say if nobody approves. */
  pause: Pause | null;
  /** The last release: what was asked (a hash) and by whom, so that it may be asked again. */
  release?: { request: string; by: string };
  /** Shadow rules whose first would-act is recorded. */
  would: string[];
  /** Settled above its own estimate. */
  excess: { input_tokens: number; output_tokens: number; cost_units: number };
  unpriced: boolean;
  /** Settled work of the trailing 60 s, [at ms, cost units, steps]; kept only where a limit or condition reads it. */
  minute: [number, number, number][];
  /** Incidents this run has opened, by type, source and source id. */
  incidents: Record<string, string>;
};

export function freshMemory(): RunMemory {
  return {
    signalled: {},
    repeats: null,
    first_token_seen: false,
    last: {},
    holds: {},
    released: {},
    pause: null,
    would: [],
    excess: { input_tokens: 0, output_tokens: 0, cost_units: 0 },
    unpriced: false,
    minute: [],
    incidents: {},
  };
}

const MINUTE_MS = 60_000;
const MAX_MINUTE_ENTRIES = 2_000;

/** With settled work added and what is older than 60 s forgotten; neighbours are joined when a hot run makes it long. */
export function noteMinute(minute: RunMemory["minute"], at: number, costUnits: number): RunMemory["minute"] {
  const kept = minute.filter(([then]) => then > at - MINUTE_MS);
  const last = kept.at(-1);
  if (last !== undefined && last[0] === at) kept[kept.length - 1] = [at, last[1] + costUnits, last[2] + 1];
  else kept.push([at, costUnits, 1]);
  return kept.length > MAX_MINUTE_ENTRIES ? joined(kept) : kept;
}

export function sumMinute(memory: RunMemory, now: number): { cost_units: number; steps: number } {
  const sum = { cost_units: 0, steps: 0 };
  for (const [at, costUnits, steps] of memory.minute) {
    if (at <= now - MINUTE_MS) continue;
    sum.cost_units += costUnits;
    sum.steps += steps;
  }
  return sum;
}

// Two neighbours become one at the later time: their work counts a little longer, never shorter.
function joined(entries: [number, number, number][]): [number, number, number][] {
  const pairs: [number, number, number][] = [];
  for (let i = 0; i < entries.length; i += 2) {
    const [first, second] = [entries[i], entries[i + 1]];
    if (first === undefined) break;
    pairs.push(second === undefined ? first : [second[0], first[1] + second[1], first[2] + second[2]]);
  }
  return pairs;
}
