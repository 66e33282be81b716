import type { DecideResults } from "@/bench/decide-bench";
import { atMost, type Line, lineTable, table, whole } from "@/bench/report/lines";

export function decideSection(results: DecideResults): string[] {
  return [
    ...lineTable(linesOf(results)),
    "",
    "Nanoseconds a decision. The index floor compares each metric with its smallest threshold, the linear floor goes",
    "through all rules; both only say allow or block.",
    "",
    ...table(
      ["threshold rules", "decide", "index floor", "linear floor"],
      results.thresholds.map((row) => [row.rules, row.ours, row.index, row.linear].map(whole)),
    ),
    "",
    ...table(
      ["rules of the tenant, 10 apply", "decide"],
      results.applicable.map((row) => [row.rules, row.ours].map(whole)),
    ),
    "",
    ...table(
      ["CEL conditions that apply", "decide"],
      results.conditions.map((row) => [row.rules, row.ours].map(whole)),
    ),
    "",
    `A step that a threshold blocks, with its reasons: ${whole(results.blocked)}.`,
  ];
}

function linesOf({ thresholds, applicable }: DecideResults): Line[] {
  const first = applicable[0]?.ours ?? Number.NaN;
  const last = applicable.at(-1)?.ours ?? Number.NaN;
  return [
    ...thresholds.map((row) => atMost(`decide, ${row.rules} threshold rules / index floor`, row.ours / row.index, 3)),
    atMost("decide, 10 of 10 000 rules apply / 10 of 10", last / first, 2),
  ];
}
