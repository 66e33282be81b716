// The three documents: what each is for, who may ask for it, in which formats.

import type { BundleType, ExportFormat } from "@/db/vocabulary";
import type { Permission } from "@/server/platform/auth/principal";

export interface BundleKind {
  type: BundleType;
  name: string;
  /** For whom, and what for. */
  purpose: string;
  /** What stands in it. */
  holds: string;
  permission: Permission;
  formats: readonly ExportFormat[];
}

export const bundleKinds: readonly BundleKind[] = [
  {
    type: "evidence",
    name: "Evidence bundle",
    purpose: "For whoever has to check what happened, record by record.",
    holds: "Every record of the run with its hash, the policies in force, the incident's timeline and the proof.",
    permission: "exports:create",
    formats: ["pdf", "json", "csv"],
  },
  {
    type: "soc2",
    name: "SOC2 report",
    purpose: "For an auditor: the same facts by criteria, over a period.",
    holds: "CC7.2, CC7.3 and CC7.4 with the rows behind each status, exceptions, and who had access in the period.",
    permission: "exports:certify",
    formats: ["pdf", "json"],
  },
  {
    type: "executive_debrief",
    name: "Executive debrief",
    purpose: "For people who decide and were not there.",
    holds: "What happened in plain sentences, what it cost, what it would have cost (an estimate), and what to do.",
    permission: "exports:certify",
    formats: ["pdf", "json"],
  },
];

export function kindOf(type: BundleType): BundleKind {
  const found = bundleKinds.find((kind) => kind.type === type);
  if (found === undefined) throw new Error(`no kind of bundle called ${type}`);
  return found;
}

export const formatWords: Readonly<Record<ExportFormat, { name: string; hint: string }>> = {
  pdf: { name: "PDF", hint: "To read and print. The proof is inside: the file can be verified." },
  json: { name: "JSON", hint: "For programs. The proof is inside: the file can be verified." },
  csv: { name: "CSV", hint: "For a spreadsheet: records only, with their hashes. It cannot be verified by itself." },
};

/** A file that carries its own proof. */
export function isVerifiable(format: ExportFormat): boolean {
  return format !== "csv";
}

/** The command that checks a file on any machine with Node.js. */
export function offlineCommand(fileName: string): string {
  return `node bin/holdpoint-verify.mjs ${fileName} --key holdpoint-keys.json`;
}

const reviewWords = {
  PENDING: { name: "Not reviewed", tone: "neutral" },
  REVIEWED: { name: "Reviewed", tone: "info" },
  APPROVED: { name: "Approved", tone: "allow" },
  EXCEPTION: { name: "Exception", tone: "review" },
} as const;

export function reviewWord(status: keyof typeof reviewWords) {
  return reviewWords[status];
}
