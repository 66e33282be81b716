import { atMost, lineTable, mib, shown, table } from "@/bench/report/lines";
import type { VerifyResults } from "@/bench/verify-bench";

const MOST_SECONDS = 30;

export function verifySection({ records, fileBytes, seconds, peakBytes, floorSeconds }: VerifyResults): string[] {
  return [
    ...lineTable([
      atMost(`${records} records: seconds`, seconds, MOST_SECONDS),
      shown(`${records} records: seconds / SHA-256 of the file`, seconds / floorSeconds),
    ]),
    "",
    "`node bin/holdpoint-verify.mjs` on a bundle in JSON Lines, as a process of its own from start to end. The floor reads",
    "the same file and hashes it once with SHA-256.",
    "",
    ...table(
      ["records", "file MiB", "seconds", "MiB at most", "SHA-256 alone"],
      [[String(records), mib(fileBytes), seconds.toFixed(2), mib(peakBytes), floorSeconds.toFixed(2)]],
    ),
  ];
}
