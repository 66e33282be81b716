import type { BesideRow, DocumentResults, DocumentRow } from "@/bench/documents-bench";
import { atLeast, atMost, type Line, lineTable, mib, ms, table, whole } from "@/bench/report/lines";

const GIB = 2 ** 30;

export function documentsSection({ rows, beside }: DocumentResults): string[] {
  return [
    ...lineTable(linesOf({ rows, beside })),
    "",
    "Runs that the gate stopped at a limit, and their incident's documents, asked for over HTTP. Seconds go from the request",
    "until the file is there, waiting for the job included. Memory is the resident memory of the whole server process with",
    "its threads, the pages left out: before the request, and at its peak. Each document has a process that made none before.",
    "",
    ...table(
      ["steps", "document", "seconds", "MiB before", "MiB at most", "file MiB"],
      rows.map((row) => [whole(row.steps), row.document, ...madeCells(row)]),
    ),
    "",
    "The same while clients post to many runs of another tenant, against the same clients without it, before and after:",
    "",
    ...table(
      [
        ...["steps", "document", "seconds", "MiB before", "MiB at most", "file MiB"],
        ...["clients", "steps/s", "p50 ms", "p99 ms", "without: steps/s", "p50 ms", "p99 ms"],
      ],
      beside.map((row) => [whole(row.steps), row.document, ...madeCells(row), ...rateCells(row)]),
    ),
  ];
}

function linesOf({ rows, beside }: DocumentResults): Line[] {
  const most = Math.max(...rows.map(({ steps }) => steps));
  const largest = rows.filter(({ steps }) => steps === most);
  return [
    ...largest.map((row) => atMost(`${nameOf(row)}: GiB at most`, row.peakBytes / GIB, 1)),
    ...beside.map((row) =>
      atMost(`${nameOf(row)}, beside ${row.clients} clients: GiB at most`, row.peakBytes / GIB, 1),
    ),
    ...beside.map((row) =>
      atLeast(
        `gate, ${row.clients} clients: beside ${nameOf(row)} / without`,
        row.beside.perSecond / row.alone.perSecond,
        0.5,
      ),
    ),
  ];
}

function nameOf({ steps, document }: DocumentRow): string {
  return `${document} of ${steps} steps`;
}

function madeCells({ seconds, restBytes, peakBytes, fileBytes }: DocumentRow): string[] {
  return [seconds.toFixed(2), mib(restBytes), mib(peakBytes), mib(fileBytes)];
}

function rateCells({ clients, beside, alone }: BesideRow): string[] {
  const rates = [beside, alone].flatMap(({ perSecond, p50, p99 }) => [whole(perSecond), ms(p50), ms(p99)]);
  return [whole(clients), ...rates];
}
