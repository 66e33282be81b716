import type { ListResults, ReadRow } from "@/bench/lists-bench";
import { atMost, lineTable, ms, shown, table, whole } from "@/bench/report/lines";

const MOST_MS = 100;

export function listsSection({ rows, runs, steps, fillSeconds }: ListResults): string[] {
  const held = rows.filter(({ isHeld }) => isHeld);
  const slowest = held.toSorted((a, b) => b.p95 - a.p95).slice(0, 5);
  const over = held.filter(({ p95 }) => p95 > MOST_MS);
  return [
    ...lineTable([
      ...slowest.map((row) => atMost(`${row.name}: p95, ms`, row.p95, MOST_MS)),
      shown(`reads over ${MOST_MS} ms, of ${held.length}`, over.length),
    ]),
    "",
    `A tenant of two months with ${runs} runs and ${steps} steps, made in ${whole(fillSeconds)} s. Every list and detail of the`,
    "console, with the filters and orders of its contract, alone and some together, over HTTP, pages of 100, one client at a time, 20 times",
    "each: from the request to the last byte of the answer. The five slowest are above; how PostgreSQL answers each statement is in",
    "`bench/explain`. Not held to the line is the overview without a topic, which is ten reads in one.",
    "",
    ...table(
      ["read", "fastest ms", "p50 ms", "p95 ms", "KiB", "line"],
      rows.toSorted((a, b) => b.p95 - a.p95).map(cells),
    ),
  ];
}

function cells({ name, fastest, p50, p95, bytes, isHeld }: ReadRow): string[] {
  return [`\`${name}\``, ms(fastest), ms(p50), ms(p95), whole(bytes / 1024), isHeld ? "" : "not held"];
}
