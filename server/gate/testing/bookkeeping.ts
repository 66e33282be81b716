// What must be true of a run after every event: nothing below zero, every total the sum of its parts, the chain without a
// gap, an end that stays, and one incident a block.

import type { RunRow, StepRow } from "@/server/gate/rows";
import type { SimulatedStore } from "./simulated-store";

const ends = new WeakMap<SimulatedStore, Map<string, string>>();

/** Throws with the first thing that is not so. */
export function balance(store: SimulatedStore, runId: string): void {
  const run = store.runs.get(runId);
  if (run === undefined) return;
  const steps = [...(store.steps.get(runId)?.values() ?? [])];
  const wrong = (what: string) => new Error(`run ${runId} at seq ${run.seq}: ${what}`);
  const told = stepTotals(run);
  const summed = stepSums(steps);
  for (const [name, value] of Object.entries(told)) {
    if (!Number.isSafeInteger(value) || value < 0) throw wrong(`${name} is ${value}`);
    if (summed[name] !== value) throw wrong(`${name} is ${value}, its steps say ${summed[name]}`);
  }
  const records = store.records.get(runId) ?? [];
  if (records.length !== run.seq) throw wrong(`${records.length} records`);
  const last = records.at(-1);
  if (last !== undefined && last.seq !== run.seq) throw wrong("its seq has a gap");
  if (run.lastAt < run.startedAt || run.pausedMs < 0) throw wrong("its time ran backwards");
  demandEnd(store, run, wrong);
  demandIncidents(store, run, wrong);
}

type Totals = Record<string, number>;

/** The totals a run's row keeps of its steps. */
export function stepTotals(run: RunRow): Totals {
  return {
    input: run.inputTokens,
    output: run.outputTokens,
    cost: run.costUnits,
    completed: run.stepsCompleted,
    open: run.openSteps,
    reservedInput: run.reservedInputTokens,
    reservedOutput: run.reservedOutputTokens,
    reservedCost: run.reservedCostUnits,
    lapsed: run.lapsedSteps,
    presumedInput: run.presumedInputTokens,
    presumedOutput: run.presumedOutputTokens,
    presumedCost: run.presumedCostUnits,
  };
}

/** The same, added up from the steps. */
export function stepSums(steps: readonly StepRow[]): Totals {
  const sum: Totals = {
    ...{ input: 0, output: 0, cost: 0, completed: 0, open: 0, reservedInput: 0, reservedOutput: 0, reservedCost: 0 },
    ...{ lapsed: 0, presumedInput: 0, presumedOutput: 0, presumedCost: 0 },
  };
  const add = (name: string, amount: number) => {
    sum[name] = (sum[name] ?? 0) + amount;
  };
  for (const step of steps) {
    if (step.state === "open" || step.state === "lapsed" || step.state === "presumed") {
      const kind = step.state === "open" ? "reserved" : "presumed";
      add(step.state === "open" ? "open" : "lapsed", 1);
      add(`${kind}Input`, step.estimateInputTokens);
      add(`${kind}Output`, step.estimateOutputTokens);
      add(`${kind}Cost`, step.estimateCostUnits);
    } else if (step.inputTokens !== null) {
      add("completed", 1);
      add("input", step.inputTokens);
      add("output", step.outputTokens ?? 0);
      add("cost", step.costUnits ?? 0);
    }
  }
  return sum;
}

type Wrong = (what: string) => Error;

/** Status, reason, step and violation never move once they stand. */
function demandEnd(store: SimulatedStore, run: RunRow, wrong: Wrong): void {
  const known = ends.get(store) ?? new Map<string, string>();
  ends.set(store, known);
  const { status, terminationReason, stoppedAtStep, completedAt, violation, incidentId, endNote } = run;
  const isLive = status === "running" || status === "paused";
  if (isLive !== (completedAt === null)) throw wrong(`it is ${status} and ended at ${completedAt?.toISOString()}`);
  if (completedAt !== null && completedAt < run.startedAt) throw wrong("it ended before it began");
  const end = JSON.stringify([status, terminationReason, stoppedAtStep, completedAt, violation, incidentId, endNote]);
  const before = known.get(run.runId);
  if (before !== undefined && before !== end) throw wrong(`its end moved from ${before} to ${end}`);
  if (!isLive) known.set(run.runId, end);
  if (!isLive && !store.traceEnds.has(run.traceId)) throw wrong("it ended without a seal");
}

/** Each pause, stop and kill by a policy has its incident, each incident once. */
function demandIncidents(store: SimulatedStore, run: RunRow, wrong: Wrong): void {
  const opened = Object.values(run.memory.incidents);
  const told = (store.incidents.get(run.runId) ?? []).map((row) => row.id);
  if (new Set(told).size !== told.length || told.length !== opened.length)
    throw wrong(`${told.length} incidents for ${opened.length}`);
  const isBlocked = run.status === "paused" || run.status === "failed_policy";
  if (isBlocked && (run.incidentId === null || !opened.includes(run.incidentId)))
    throw wrong("a block without its incident");
}
