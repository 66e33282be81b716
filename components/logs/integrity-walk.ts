// A check of the audit log that is longer than one answer may be: the range is halved until every part is whole, and what
// the parts found becomes one result. Pure; the caller asks the server.

import type { AuditIntegrity } from "@/server/logs/contract";

/** In milliseconds since 1970; `from` inclusive, `to` exclusive. */
export interface Part {
  from: number;
  to: number;
}

export interface Walked {
  status: AuditIntegrity["status"];
  /** Why it says less than `verified`. */
  reasons: readonly string[];
  parts: number;
  checked: number;
  pending: number;
  unnumbered: number;
  /** The most that one part found: what is missing from the chain is in the answer for every part. */
  bad: number;
  /** Of the oldest part that has one. */
  firstBad: AuditIntegrity["first_bad"];
  /** Of the newest part: what it says of chain, log and entities holds for the whole log. */
  latest: AuditIntegrity | null;
}

export const nothingWalked: Walked = {
  ...{ status: "unknown", reasons: [], parts: 0, checked: 0, pending: 0, unnumbered: 0, bad: 0, firstBad: null },
  latest: null,
};

/** Shorter parts are not halved again. */
const shortestMs = 1000;

/** The two halves of a part, the older first; null where it is too short. */
export function halves({ from, to }: Part): [Part, Part] | null {
  if (to - from < 2 * shortestMs) return null;
  const middle = Math.floor((from + to) / 2);
  return [
    { from, to: middle },
    { from: middle, to },
  ];
}

/** A part as the operation's query. Both bounds of that are exclusive, and recorded times are whole milliseconds. */
export function queryOf({ from, to }: Part) {
  return { recorded_after: new Date(from - 1).toISOString(), recorded_before: new Date(to).toISOString() };
}

/** The result so far with one more part, which lies after the others. A part without entries says nothing. */
export function withPart(walked: Walked, answer: AuditIntegrity): Walked {
  const reason = answer.status === "unknown" ? null : answer.reason;
  return {
    status: rank[answer.status] > rank[walked.status] ? answer.status : walked.status,
    reasons: reason === null ? walked.reasons : [...new Set([...walked.reasons, reason])],
    parts: walked.parts + 1,
    checked: walked.checked + answer.checked,
    pending: walked.pending + answer.pending,
    unnumbered: walked.unnumbered + answer.unnumbered,
    bad: Math.max(walked.bad, answer.bad_entries),
    firstBad: walked.firstBad ?? answer.first_bad,
    latest: answer,
  };
}

const rank = { unknown: 0, verified: 1, partial: 2, broken: 3 } as const;
