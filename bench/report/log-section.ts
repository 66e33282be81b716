import type { LogResults, LogRow } from "@/bench/log-bench";
import { lineTable, shown, table, whole } from "@/bench/report/lines";

export function logSection({ leaves, checkpoints, leavesBefore }: LogResults): string[] {
  return [
    ...lineTable([
      ...leaves.map((row) => shown(`${row.what} into the log / single inserts`, row.perSecond / row.floor)),
      ...checkpoints.map((row) => shown(`checkpoints, ${row.what} / single inserts`, row.perSecond / row.floor)),
    ]),
    "",
    "The floor is one row with an index, inserted and committed by itself, over as many connections. Leaves are put in by the",
    "thousand: each batch is read, checked against its MAC and its row, hashed into the tree and committed. A checkpoint is",
    `one deed more put into the log, which is compared with everything signed before, signed, written to the file outside the`,
    `database and committed: three times on the disk. The one tenant had ${leavesBefore} leaves, the others a few.`,
    "",
    ...table(["leaves", "connections", "leaves/s", "floor/s"], leaves.map(cells)),
    "",
    ...table(["checkpoints", "connections", "checkpoints/s", "floor/s"], checkpoints.map(cells)),
  ];
}

function cells({ what, atOnce, perSecond, floor }: LogRow): string[] {
  return [what, String(atOnce), whole(perSecond), whole(floor)];
}
