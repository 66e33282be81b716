// What follows from a request or a bundle's state alone. Pure.

import type { BundleType, ExportFormat, ReviewVerdict } from "@/db/vocabulary";
import { BUNDLE_FORMAT, type BundleFormat, LINES_FORMAT, MAX_RECORDS_IN_JSON } from "@/server/evidence/bundle-file";
import type { ExportSummary } from "@/server/exports/contract";

/** So many records, and incidents of a period, are read, hashed and drawn while the request waits; more go to a job. */
export const MOST_RECORDS_AT_ONCE = 200;

export function isMadeAtOnce(rows: number): boolean {
  return rows <= MOST_RECORDS_AT_ONCE;
}

const prefixes: Readonly<Record<BundleType, string>> = { evidence: "EVD", soc2: "SOC2", executive_debrief: "EXEC" };

/** `random` has 6 bytes. */
export function bundleIdOf(type: BundleType, random: Uint8Array): string {
  return `${prefixes[type]}-${Buffer.from(random).toString("hex")}`;
}

/** How the file is written: JSON with very many records becomes JSON Lines, so that it can be read as a stream. */
export const fileForms = ["json", "jsonl", "csv", "pdf"] as const;
export type FileForm = (typeof fileForms)[number];

export function formOf(format: ExportFormat, records: number): FileForm {
  return format === "json" && records > MAX_RECORDS_IN_JSON ? "jsonl" : format;
}

/** What the bundle is hashed by. A document holds its bundle as JSON, however long. */
export function bundleFormatOf(format: ExportFormat, records: number): BundleFormat {
  return format !== "pdf" && records > MAX_RECORDS_IN_JSON ? LINES_FORMAT : BUNDLE_FORMAT;
}

const mediaTypes: Readonly<Record<FileForm, string>> = {
  json: "application/json",
  jsonl: "application/x-ndjson",
  csv: "text/csv; charset=utf-8; header=present",
  pdf: "application/pdf",
};

/** The name holds nothing that anybody chose: a bundle id is letters, digits and hyphens. */
export function fileOf(bundleId: string, form: FileForm): { fileName: string; mediaType: string } {
  return { fileName: `${bundleId}.${form}`, mediaType: mediaTypes[form] };
}

const states: Readonly<Record<ReviewVerdict, ExportSummary["review_status"]>> = {
  reviewed: "REVIEWED",
  approved: "APPROVED",
  exception: "EXCEPTION",
};

/** Of the newest verdict; null: nobody has reviewed it. */
export function reviewStateOf(verdict: ReviewVerdict | null): ExportSummary["review_status"] {
  return verdict === null ? "PENDING" : states[verdict];
}

/** An exception says what it is; the other verdicts may stand alone. */
export function needsNotes(verdict: ReviewVerdict): boolean {
  return verdict === "exception";
}
