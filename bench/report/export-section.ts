import type { ExportRow } from "@/bench/export-bench";
import { atMost, type Line, lineTable, mib, ms, table, whole } from "@/bench/report/lines";

const MIB = 2 ** 20;

export function exportSection(rows: readonly ExportRow[]): string[] {
  return [
    ...lineTable(rows.flatMap(linesOf)),
    "",
    "One run of so many steps, each with salts, that the gate stopped; its evidence is asked for over HTTP and taken as soon as it is",
    "there, while clients post to many runs of another tenant. Memory is the resident memory of the whole server process with its",
    "threads, the pages left out, at its peak: in half a minute of the same posts without the export, and from the request to the",
    "last byte of the download. The gate's figures are medians over rounds of two seconds, before and after the export, and every",
    "eight seconds while it was made and taken. JSON of so many records is JSON Lines; the stand-alone verifier checks the file that was taken.",
    "",
    ...table(
      [
        ...["steps", "format", "seconds", "download s", "file MiB", "MiB without", "MiB with", "verified in s"],
        ...["clients", "steps/s", "p50 ms", "p99 ms", "without: steps/s", "p50 ms", "p99 ms"],
      ],
      rows.map(cells),
    ),
  ];
}

function linesOf({ steps, format, aloneBytes, besideBytes, beside, alone, clients }: ExportRow): Line[] {
  return [
    atMost(`${format} of ${steps} steps: MiB more at the peak`, (besideBytes - aloneBytes) / MIB, 100),
    atMost(`gate, ${clients} clients: p99 beside ${format} / without`, beside.p99 / alone.p99, 2),
  ];
}

function cells(row: ExportRow): string[] {
  const rates = [row.beside, row.alone].flatMap(({ perSecond, p50, p99 }) => [whole(perSecond), ms(p50), ms(p99)]);
  return [
    ...[whole(row.steps), row.format, row.seconds.toFixed(1), row.downloadSeconds.toFixed(1), mib(row.fileBytes)],
    ...[mib(row.aloneBytes), mib(row.besideBytes), row.verifySeconds === null ? "" : row.verifySeconds.toFixed(1)],
    ...[whole(row.clients), ...rates],
  ];
}
