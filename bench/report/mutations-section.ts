import type { MutationResults } from "@/bench/mutations";
import { atMost, lineTable } from "@/bench/report/lines";

export function mutationsSection({ mutations, refused, columns, faults, broken }: MutationResults): string[] {
  return [
    ...lineTable([atMost(`${mutations} changes of one value: not found`, faults.length, 0)]),
    "",
    "A run that the gate stopped, its incident, its bundle, and the log around them. Past every trigger, as the database's owner",
    `could, one bit or value of one row is changed in one of ${columns} columns that are evidence, drawn at random; then the run, or the`,
    `log with every row it vouches for, is verified, and the row is put back. ${refused} more changes were refused by the`,
    `database's own constraints; over ${broken.length} of those that were made, verification ended in an error instead of an answer.`,
    ...[...faults, ...broken].slice(0, 20).flatMap((fault) => ["", `- ${fault}`]),
  ];
}
