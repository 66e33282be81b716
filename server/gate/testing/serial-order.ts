// Whether decisions of many runs that share windows are those of some order, one after the other. Their records hold what
// each decision saw of its windows; from empty counters on, always one of them must have seen exactly what is there.

type Window = { limit_id: string; used: number; reserved: number; presumed: number; version: number };
export type SerialRecord = {
  run_id: string;
  step_index: number;
  kind: "admission" | "result";
  recorded_at: Date;
  body: {
    inputs: { windows: Window[]; step: { input_tokens: number; output_tokens: number } };
    decision: { action: string };
  };
};

type Counter = { used: number; reserved: number };
type Step = { record: SerialRecord; tokens: number };
/** Which counter a run uses of a limit: the run's context says. */
type CounterOf = (runId: string, limitId: string) => string;
type State = { counterOf: CounterOf; counters: Map<string, Counter>; estimates: Map<string, number> };

/** How many records could be put in turn: all of them, if they are the answers of a serial order. Tokens windows only. */
export function inTurn(records: readonly SerialRecord[], counterOf: CounterOf): number {
  const state: State = { counterOf, counters: new Map(), estimates: new Map() };
  const waiting = records.map((record) => ({ record, tokens: tokensOf(record) })).sort(byTime);
  let done = 0;
  while (waiting.length > 0) {
    const now = waiting[0]?.record.recorded_at.getTime();
    // A batch has one clock: its records may have come in any order.
    const next = waiting.findIndex((one) => one.record.recorded_at.getTime() === now && saw(state, one));
    const [one] = next === -1 ? [] : waiting.splice(next, 1);
    if (one === undefined) return done;
    apply(state, one);
    done += 1;
  }
  return done;
}

function tokensOf({ body }: SerialRecord): number {
  return body.inputs.step.input_tokens + body.inputs.step.output_tokens;
}

function byTime(a: Step, b: Step): number {
  return a.record.recorded_at.getTime() - b.record.recorded_at.getTime();
}

function counterOf(state: State, one: Step, window: Window): Counter {
  const key = state.counterOf(one.record.run_id, window.limit_id);
  const known = state.counters.get(key) ?? { used: 0, reserved: 0 };
  state.counters.set(key, known);
  return known;
}

function saw(state: State, one: Step): boolean {
  const own = one.record.kind === "result" ? (state.estimates.get(stepOf(one.record)) ?? 0) : 0;
  return one.record.body.inputs.windows.every((window) => {
    const counter = counterOf(state, one, window);
    return window.used === counter.used && window.reserved === counter.reserved - own && window.presumed === 0;
  });
}

function apply(state: State, one: Step): void {
  const isResult = one.record.kind === "result";
  const own = isResult ? (state.estimates.get(stepOf(one.record)) ?? 0) : 0;
  for (const window of one.record.body.inputs.windows) {
    const counter = counterOf(state, one, window);
    counter.used += isResult ? one.tokens : 0;
    counter.reserved += isResult ? -own : one.tokens;
  }
  if (!isResult) state.estimates.set(stepOf(one.record), one.tokens);
}

function stepOf(record: SerialRecord): string {
  return `${record.run_id}/${record.step_index}`;
}
