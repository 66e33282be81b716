import type { Beside } from "./bundle-file";
import { readBeside } from "./bundle-shape";
import {
  type CanonicalObject,
  canonicalText,
  isCanonicalTextOf,
  isJcsTextOf,
  isPlainObject,
  jcs,
  quickCanonicalText,
} from "./canonical";
import { type EvidenceRecord, MalformedRecord, recordFromColumns } from "./record";
import { parseStrictJson } from "./strict-json";
import { Discrepancy, insist } from "./verdict";

const MEMBERS = new Set([
  ...["v", "tenant_id", "run_id", "seq", "kind", "step_index", "step_id", "step_type", "recorded_at", "body"],
]);
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** A record and its canonical text in UTF-8, which is what is hashed. */
export type ReadRecord = { readonly record: EvidenceRecord; readonly bytes: Buffer };
/** A line of version 2. */
export type ReadLine = ReadRecord & { readonly beside: Beside; readonly line: string };

/**
 * The record on a line. Throws NotJson, AmbiguousJson, NotCanonical, MalformedRecord or Discrepancy.
 * A line that is its own canonical text can hold no member twice, so the quick parser is enough for it.
 */
export function recordOfLine(line: string): ReadRecord {
  const value = quickly(line);
  if (!isCanonicalTextOf(value, line)) return recordOf(parseStrictJson(line));
  return { record: asRecord(value), bytes: Buffer.from(line, "utf8") };
}

/** The record on a line of version 2, with what stands beside it. Throws as `recordOfLine` does. */
export function recordAndBeside(line: string): ReadLine {
  const quick = quickly(line);
  const value = isJcsTextOf(quick, line) ? quick : inItsOneForm(line);
  insist(isPlainObject(value), "a line is not an object");
  return { ...recordOf(value.record), beside: readBeside(value), line };
}

/** The value of a text that `jcs` wrote. Throws NotJson, AmbiguousJson, NotCanonical or Discrepancy. */
export function inItsOneForm(line: string): unknown {
  const value = parseStrictJson(line);
  insist(jcs(value) === line, "a line is not in the one form that it has");
  return value;
}

/** The record that a value of the file is. Throws NotCanonical, MalformedRecord or Discrepancy. */
export function recordOf(value: unknown): ReadRecord {
  insist(isPlainObject(value), "a record is not an object");
  const text = quickCanonicalText(value) ?? canonicalText(asCanonical(value));
  return { record: asRecord(value), bytes: Buffer.from(text, "utf8") };
}

// Held to the columns that a record is made from: what could not stand in the database could not have been hashed there.
function asRecord(value: unknown): EvidenceRecord {
  insist(isPlainObject(value), "a record is not an object");
  // Messages are made only where they are needed: there may be a million records.
  for (const name of Object.keys(value)) {
    if (!MEMBERS.has(name)) throw new Discrepancy(`a record has a member ${JSON.stringify(name)} that means nothing`);
  }
  const { v, tenant_id, run_id, seq, kind, recorded_at, body } = value;
  insist(v === 1, "a record of another version");
  insist(typeof seq === "number" && typeof kind === "string", "a record without seq or kind");
  insist(typeof tenant_id === "string" && typeof run_id === "string", "a record without tenant or run");
  insist(typeof recorded_at === "string" && INSTANT.test(recorded_at), "a record without an instant");
  const recordedAt = new Date(recorded_at);
  if (Number.isNaN(recordedAt.getTime())) throw new MalformedRecord(`${recorded_at} is no instant`);
  const columns = { tenantId: tenant_id, runId: run_id, seq, kind, recordedAt, body };
  const stepIndex = optional(value.step_index, "number");
  const [stepId, stepType] = [optional(value.step_id, "string"), optional(value.step_type, "string")];
  const record = recordFromColumns({ ...columns, stepIndex, stepId, stepType });
  if (record.recorded_at !== recorded_at) throw new Discrepancy(`${recorded_at} is no instant`);
  return record;
}

function optional(value: unknown, type: "number"): number | null;
function optional(value: unknown, type: "string"): string | null;
function optional(value: unknown, type: "number" | "string"): unknown {
  if (value === undefined) return null;
  if (typeof value !== type) throw new Discrepancy(`a record's step is not named by a ${type}`);
  return value;
}

function quickly(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

// canonicalText judges every value it writes; what it wrote is canonical.
function asCanonical(value: object): CanonicalObject {
  return value as CanonicalObject;
}
