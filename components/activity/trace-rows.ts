// A trace as the rows of a tree: steps, below them their records, below the inflection what closed the run. Pure.

import type { StepRecord, TraceStep } from "@/server/activity/contract";
import { markOf, type StepMark } from "./step-decision";

/** `share` of the largest in the trace, 0–1. `estimate`: reserved and not settled. `unknown` is never drawn as 0. */
export type Bar = { share: number; state: "known" | "estimate" | "unknown" | "none" };

interface Place {
  id: string;
  level: number;
  parentId: string | null;
  /** From 1, among its siblings. */
  position: number;
  siblings: number;
  isExpandable: boolean;
  isExpanded: boolean;
}
export type StepRow = Place & {
  kind: "step";
  step: TraceStep;
  mark: StepMark;
  durationBar: Bar;
  costBar: Bar;
  /** Settled tokens of the run up to this step, this one included. */
  tokensSoFar: number;
  /** What it asked for beyond that, while it is not settled. */
  tokensAsked: number;
};
export type RecordRow = Place & { kind: "record"; step: TraceStep; record: StepRecord };
export type TreeRow = StepRow | RecordRow;

const closingTypes: ReadonlySet<string> = new Set(["violation", "stopped"]);

export function stepRowId(stepIndex: number): string {
  return `step-${stepIndex}`;
}

/** `expanded`: ids of open rows. Rows inside closed ones are left out. */
export function traceRows(steps: readonly TraceStep[], expanded: ReadonlySet<string>): TreeRow[] {
  const ordered = [...steps].sort((a, b) => a.step_index - b.step_index);
  const inflection = ordered.find((step) => step.is_inflection && !closingTypes.has(step.type));
  const isBelow = (step: TraceStep) => inflection !== undefined && closingTypes.has(step.type);
  const scales = { duration: greatest(ordered, durationOf), cost: greatest(ordered, costOf) };
  const sums = tokenSums(ordered);
  const top = ordered.filter((step) => !isBelow(step));
  const closing = ordered.filter(isBelow);
  const context = { expanded, scales, sums };
  return top.flatMap((step, at) =>
    subtree(
      step,
      { level: 1, parentId: null, position: at + 1, siblings: top.length },
      {
        ...context,
        closing: step === inflection ? closing : [],
      },
    ),
  );
}

type Context = {
  expanded: ReadonlySet<string>;
  scales: { duration: number; cost: number };
  sums: ReadonlyMap<number, number>;
  closing: readonly TraceStep[];
};
type Spot = Pick<Place, "level" | "parentId" | "position" | "siblings">;

function subtree(step: TraceStep, spot: Spot, context: Context): TreeRow[] {
  const id = stepRowId(step.step_index);
  const isExpanded = context.expanded.has(id);
  const children = step.records.length + context.closing.length;
  const row: StepRow = {
    ...spot,
    id,
    kind: "step",
    isExpandable: children > 0,
    isExpanded: children > 0 && isExpanded,
    step,
    mark: markOf(step),
    durationBar: barOf(durationOf(step), null, context.scales.duration),
    costBar: barOf(costOf(step), step.estimate.cost_cents, context.scales.cost),
    tokensSoFar: context.sums.get(step.step_index) ?? 0,
    tokensAsked: step.tokens === null ? step.estimate.input_tokens + step.estimate.output_tokens : 0,
  };
  if (!row.isExpanded) return [row];
  const below = { level: spot.level + 1, parentId: id, siblings: children };
  const records = step.records.map((record, at) => recordRow(step, record, { ...below, position: at + 1 }));
  const closing = context.closing.flatMap((one, at) =>
    subtree(one, { ...below, position: step.records.length + at + 1 }, { ...context, closing: [] }),
  );
  return [row, ...records, ...closing];
}

function recordRow(step: TraceStep, record: StepRecord, spot: Spot): RecordRow {
  const id = `${stepRowId(step.step_index)}-record-${record.seq}`;
  return { ...spot, id, kind: "record", isExpandable: false, isExpanded: false, step, record };
}

function durationOf(step: TraceStep): number | null {
  return step.duration_ms;
}

function costOf(step: TraceStep): number | null {
  return step.cost_cents;
}

function greatest(steps: readonly TraceStep[], of: (step: TraceStep) => number | null): number {
  return steps.reduce((most, step) => Math.max(most, of(step) ?? 0), 0);
}

function barOf(value: number | null, estimate: number | null, most: number): Bar {
  if (value !== null) return { share: most > 0 ? value / most : 0, state: value > 0 ? "known" : "none" };
  if (estimate !== null && estimate > 0)
    return { share: most > 0 ? Math.min(1, estimate / most) : 1, state: "estimate" };
  return { share: 0, state: "unknown" };
}

function tokenSums(ordered: readonly TraceStep[]): Map<number, number> {
  let sum = 0;
  return new Map(
    ordered.map((step) => {
      sum += step.tokens ?? 0;
      return [step.step_index, sum];
    }),
  );
}

type TreeMove = { focus: string } | { toggle: string } | null;

/** What a key does in a tree (WAI-ARIA, tree view): arrows, Home and End. `focused` may be a row that is gone. */
export function moveInTree(rows: readonly TreeRow[], focused: string | null, key: string): TreeMove {
  const at = rows.findIndex((row) => row.id === focused);
  const row = rows[at];
  const focus = (found: TreeRow | undefined): TreeMove => (found === undefined ? null : { focus: found.id });
  if (key === "Home" || row === undefined) return isTreeKey(key) ? focus(rows[0]) : null;
  if (key === "End") return focus(rows.at(-1));
  if (key === "ArrowDown") return focus(rows[at + 1]);
  if (key === "ArrowUp") return focus(rows[at - 1]);
  if (key === "ArrowRight") {
    if (!row.isExpandable) return null;
    return row.isExpanded ? focus(rows[at + 1]) : { toggle: row.id };
  }
  if (key !== "ArrowLeft") return null;
  return row.isExpanded ? { toggle: row.id } : focus(rows.find((other) => other.id === row.parentId));
}

function isTreeKey(key: string): boolean {
  return key === "Home" || key === "End" || key.startsWith("Arrow");
}
