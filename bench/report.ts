// bench/RESULTS.md: ratios first, because only they can be compared between machines; absolute numbers behind them.

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import type { BenchDatabase } from "@/bench/database";
import type { DecideResults } from "@/bench/decide-bench";
import type { Comparison, GateResults } from "@/bench/gate-bench";
import type { Side } from "@/bench/test-bed";

type Line = { what: string; ratio: number; line: string; holds: boolean };

export type Results = { decide: DecideResults; gate: GateResults };

/** Writes the report to `path` and returns its text. */
export function writeReport(path: string, { decide, gate }: Results, database: BenchDatabase): string {
  const text = [
    "# Bench results",
    "",
    `Written by \`npm run bench\`. ${machine()}; PostgreSQL ${database.version} (${settingsOf(database)}); ${commit()}.`,
    "Clients, server and database share the machine, which must have nothing else to do. Every ratio is of medians of rounds of this one run that took turns.",
    "",
    "## Ratios",
    "",
    ...table(["what", "ratio", "pass line", ""], [...decideLines(decide), ...gateLines(gate)].map(lineCells)),
    "",
    "## The gate over HTTP, durable",
    "",
    "Floors answer from the same listener with the same body limit and the same JSON reader: many runs, one INSERT per",
    "request; the hot run, one statement per request that takes the tokens of one row and inserts (a row lock per step).",
    "CPU is that of the server process alone, in µs per answer; the floors' work is mostly PostgreSQL's.",
    "",
    ...table(
      ["runs", "clients", "gate /s", "p50 ms", "p99 ms", "CPU", "floor /s", "p50 ms", "p99 ms", "CPU"],
      [...gate.many, ...gate.hot].map(comparisonCells),
    ),
    "",
    `${gate.cold.clients} cold runs, each posting four times a second: p50 ${ms(gate.cold.floor.p50)} and p99 ` +
      `${ms(gate.cold.floor.p99)} ms alone; p50 ${ms(gate.cold.gate.p50)} and p99 ${ms(gate.cold.gate.p99)} ms beside ` +
      `64 clients on one hot run, which took ${Math.round(gate.cold.gate.besidePerSecond)} steps a second.`,
    "",
    "## decide",
    "",
    "Nanoseconds a decision. The index floor compares each metric with its smallest threshold, the linear floor goes",
    "through all rules; both only say allow or block.",
    "",
    ...table(
      ["threshold rules", "decide", "index floor", "linear floor"],
      decide.thresholds.map((row) => [row.rules, row.ours, row.index, row.linear].map(whole)),
    ),
    "",
    ...table(
      ["rules of the tenant, 10 apply", "decide"],
      decide.applicable.map((row) => [row.rules, row.ours].map(whole)),
    ),
    "",
    ...table(
      ["CEL conditions that apply", "decide"],
      decide.conditions.map((row) => [row.rules, row.ours].map(whole)),
    ),
    "",
    `A step that a threshold blocks, with its reasons: ${whole(decide.blocked)}.`,
    "",
  ].join("\n");
  writeFileSync(path, text);
  return text;
}

function decideLines({ thresholds, applicable }: DecideResults): Line[] {
  const first = applicable[0]?.ours ?? Number.NaN;
  const last = applicable.at(-1)?.ours ?? Number.NaN;
  return [
    ...thresholds.map((row) => atMost(`decide, ${row.rules} threshold rules / index floor`, row.ours / row.index, 3)),
    atMost("decide, 10 of 10 000 rules apply / 10 of 10", last / first, 2),
  ];
}

function gateLines({ many, hot, cold }: GateResults): Line[] {
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

function atMost(what: string, ratio: number, most: number): Line {
  return { what, ratio, line: `≤ ${most}`, holds: ratio <= most };
}

function atLeast(what: string, ratio: number, least: number): Line {
  return { what, ratio, line: `≥ ${least}`, holds: ratio >= least };
}

function lineCells({ what, ratio, line, holds }: Line): string[] {
  return [what, ratio.toFixed(2), line, holds ? "holds" : "**missed**"];
}

function comparisonCells({ name, clients, gate, floor }: Comparison): string[] {
  return [name, String(clients), ...sideCells(gate), ...sideCells(floor)];
}

function sideCells(side: Side): string[] {
  return [whole(side.perSecond), ms(side.p50), ms(side.p99), whole(side.cpuMicros)];
}

function whole(value: number): string {
  return String(Math.round(value));
}

function ms(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}

// On a machine that is busy with other things not even the ratios mean much.
const [loadBefore = 0] = loadavg();

function machine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = `load ${loadBefore.toFixed(1)} before the run`;
  return `${cpus().length} × ${cpu?.model.trim() ?? "CPU"}, ${memory} GiB, ${load}, Node ${process.versions.node}`;
}

function settingsOf({ settings }: BenchDatabase): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

function commit(): string {
  try {
    const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" }).trim();
    const isClean = git("status", "--porcelain", "--", ":!bench/RESULTS.md") === "";
    return `commit ${git("rev-parse", "--short", "HEAD")}${isClean ? "" : " with changes"}`;
  } catch {
    return "outside of a repository";
  }
}
