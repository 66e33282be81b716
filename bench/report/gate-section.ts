import type { Comparison, GateResults } from "@/bench/gate-bench";
import { atLeast, atMost, type Line, lineTable, ms, table, whole } from "@/bench/report/lines";
import type { Side } from "@/bench/test-bed";

export function gateSection(results: GateResults): string[] {
  const { many, hot, cold, alone } = results;
  return [
    ...lineTable(linesOf(results)),
    "",
    "Floors answer from the same listener with the same body limit and the same JSON reader: many runs, one INSERT per",
    "request; the hot run, one statement per request that takes the tokens of one row and inserts (a row lock per step).",
    "CPU is that of the server process alone, in µs per answer; the floors' work is mostly PostgreSQL's.",
    "",
    ...table(
      ["runs", "clients", "gate /s", "p50 ms", "p99 ms", "CPU", "floor /s", "p50 ms", "p99 ms", "CPU"],
      [...many, ...hot].map(comparisonCells),
    ),
    "",
    `${cold.clients} cold runs, each posting four times a second: p50 ${ms(cold.floor.p50)} and p99 ` +
      `${ms(cold.floor.p99)} ms alone; p50 ${ms(cold.gate.p50)} and p99 ${ms(cold.gate.p99)} ms beside ` +
      `64 clients on one hot run, which took ${whole(cold.gate.besidePerSecond)} steps a second.`,
    "",
    "The listener alone: it reads and parses a step and answers, and no database is asked. What a line above asks for is at",
    "the right; clients, listener and database share the machine, so no gate behind this listener can pass the left.",
    "",
    ...table(
      ["clients", "alone /s", "p50 ms", "p99 ms", "CPU", "asked of many runs /s", "asked of the hot run /s"],
      alone.map(({ clients, side }) => [
        ...[String(clients), ...sideCells(side)],
        ...[whole(0.8 * floorOf(many, clients)), whole(3 * floorOf(hot, clients))],
      ]),
    ),
  ];
}

function floorOf(comparisons: readonly Comparison[], clients: number): number {
  return comparisons.find((one) => one.clients === clients)?.floor.perSecond ?? Number.NaN;
}

function linesOf({ many, hot, cold }: GateResults): Line[] {
  return [
    ...many.flatMap(({ clients, gate, floor }) =>
      clients === 1
        ? [atMost("many runs, 1 client: p50 / floor", gate.p50 / floor.p50, 3)]
        : [atLeast(`many runs, ${clients} clients: steps / floor`, gate.perSecond / floor.perSecond, 0.8)],
    ),
    ...hot.flatMap(({ clients, gate, floor }) =>
      clients === 1
        ? []
        : [atLeast(`one hot run, ${clients} clients: steps / floor`, gate.perSecond / floor.perSecond, 3)],
    ),
    ...hot.map(({ clients, gate }) => atMost(`one hot run, ${clients} clients: p99 in ms`, gate.p99, 60)),
    atMost("63 cold runs: p99 beside a hot run / alone", cold.gate.p99 / cold.floor.p99, 2),
  ];
}

function comparisonCells({ name, clients, gate, floor }: Comparison): string[] {
  return [name, String(clients), ...sideCells(gate), ...sideCells(floor)];
}

function sideCells(side: Side): string[] {
  return [whole(side.perSecond), ms(side.p50), ms(side.p99), whole(side.cpuMicros)];
}
