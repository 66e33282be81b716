// The chain as a table (RFC 4180): one line a record, every cell in quotes, CR LF at the end. A spreadsheet runs a cell that
// starts with = + - or @, and one that splits lines by another sign than ours also runs what follows that sign. So before
// such a sign, at a cell's start or behind a separator, one apostrophe is put; whoever reads the table takes it away again.

import { writeHash } from "@/server/evidence/hash";
import type { EvidenceRecord } from "@/server/evidence/record";

export const recordColumns = [
  "run_id",
  "seq",
  "recorded_at",
  "kind",
  "step_index",
  "step_id",
  "step_type",
  "skill",
  "model",
  "status",
  "action",
  "is_inflection",
  "input_tokens",
  "output_tokens",
  "cost_cents",
  "cost_source",
  "duration_ms",
  "reason",
  "hash",
  "record",
] as const;

/** A boundary, what may stand between it and the sign, and the apostrophes that are there already. */
const RUNS = /(^|[\n\r\t;|])([\s"]*)('*)(?=[=+\-@＝＋－＠])/g;
const MADE_HARMLESS = /(^|[\n\r\t;|])([\s"]*)'('*)(?=[=+\-@＝＋－＠])/g;

/** A cell that no spreadsheet runs. */
export function harmless(text: string): string {
  return text.replace(RUNS, "$1$2'$3");
}

/** The text that `harmless` was given. */
export function original(cell: string): string {
  return cell.replace(MADE_HARMLESS, "$1$2$3");
}

export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => `"${harmless(cell).replaceAll('"', '""')}"`).join(",")}\r\n`;
}

/** `text` is the record's canonical text, whole; the other cells repeat what is of use in a table. */
export function recordCells(of: {
  record: EvidenceRecord;
  hash: Uint8Array;
  text: string;
  inflection: number | null;
}): string[] {
  const { record } = of;
  const { step, usage, decision, violation } = partsOf(record.body);
  const isInflection = record.step_index !== undefined && record.step_index === of.inflection;
  return [
    record.run_id,
    String(record.seq),
    record.recorded_at,
    record.kind,
    textOf(record.step_index),
    textOf(record.step_id),
    textOf(record.step_type),
    textOf(step.skill),
    textOf(step.model),
    textOf(step.status),
    textOf(decision.action),
    String(isInflection),
    textOf(usage.input_tokens),
    textOf(usage.output_tokens),
    centsOf(usage.cost_units),
    textOf(usage.cost_source),
    textOf(usage.duration_ms),
    textOf(violation.reason),
    writeHash(of.hash),
    of.text,
  ];
}

type Part = { readonly [member: string]: unknown };

function partsOf(body: Part): Record<"step" | "usage" | "decision" | "violation", Part> {
  const part = (name: string): Part => (isObject(body[name]) ? body[name] : {});
  return { step: part("step"), usage: part("usage"), decision: part("decision"), violation: part("violation") };
}

function isObject(value: unknown): value is Part {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Empty where the record does not say. */
function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

/** From 1/10 000 cent, exactly. */
function centsOf(units: unknown): string {
  if (typeof units !== "number") return "";
  const digits = String(units).padStart(5, "0");
  return `${digits.slice(0, -4)}.${digits.slice(-4)}`.replace(/\.?0+$/, "");
}
