// Every way to change one field of a run's rows. A change stays within the column's type and its NOT NULL, because that is
// all somebody with SQL can write.
import { jcs } from "../canonical";
import { EXAMPLE } from "./example-start";
import type { RunRows } from "./run-writer";

export type Tampering = { readonly where: string; apply(rows: RunRows): void };

type Row = { [column: string]: unknown };

const NULLABLE = new Set([
  ...["stepIndex", "stepId", "stepType", "requestHash", "answerStatus", "answer"],
  ...[
    "skill",
    "model",
    "status",
    "claimedStartedAt",
    "inputTokens",
    "outputTokens",
    "durationMs",
    "costUnits",
    "costSource",
  ],
  ...[
    "admittedSeq",
    "resultSeq",
    "settledAt",
    "snapshotId",
    "terminationReason",
    "endNote",
    "stoppedAtStep",
    "completedAt",
  ],
  ...[
    "violation",
    "rootHash",
    "seal",
    "sealHash",
    "violationStepIndex",
    "violationTimestamp",
    "violationPolicyId",
    "violationReason",
  ],
  ...["errorCode", "errorMessage", "incidentId"],
  ...["apiKeyId", "actorType", "actorId", "goal", "parentRunId", "project", "provider", "source"],
]);
const ANY_UUID = "0197a2b4-0000-7000-8000-0000000000ff";

/** All single-field changes of these rows; each is to be applied to a fresh copy. */
export function tamperings(rows: RunRows): Tampering[] {
  return [
    { where: "engine", apply: (copy) => void Object.assign(copy, { engine: "holdpoint/2" }) },
    ...ofRow("run", covered(rows), (copy) => copy.run),
    ...ofRow("trace", rows.trace, (copy) => copy.trace),
    ...(rows.snapshot ? ofRow("snapshot", rows.snapshot, (copy) => copy.snapshot ?? {}) : []),
    ...rows.records.flatMap((row, at) => [
      ...ofRow(`record ${row.seq}`, row, (copy) => copy.records[at] ?? {}),
      ...ofBody(row, (copy) => copy.records[at] ?? {}),
    ]),
    ...rows.steps.flatMap((row, at) => ofRow(`step ${row.stepIndex}`, row, (copy) => copy.steps[at] ?? {})),
  ];
}

// Nothing froze who and what a refused run was, or why it was refused; only the agent stands twice.
function covered({ run, snapshot }: RunRows): object {
  const isCovered = (column: string) =>
    snapshot === null
      ? column === "agentId" || !(column in EXAMPLE || column === "refusalReason")
      : column !== "startedBy" || run.startedBy !== EXAMPLE.startedBy;
  return Object.fromEntries(Object.entries(run).filter(([column]) => isCovered(column)));
}

function ofRow(name: string, row: object, find: (rows: RunRows) => object): Tampering[] {
  return Object.entries(row).flatMap(([column, value]) =>
    changesOf(column, value).map((changed, at) => ({
      where: `${name}, ${column}, change ${at + 1}`,
      apply: (rows) => void Object.assign(find(rows), { [column]: changed }),
    })),
  );
}

// Bytes that are written as ours are, but say something else.
function ofBody({ seq, canonical }: RunRows["records"][number], find: (rows: RunRows) => object): Tampering[] {
  const record: Row = JSON.parse(Buffer.from(canonical).toString("utf8"));
  return changedJson(record.body).map((body, at) => ({
    where: `record ${seq}, body, change ${at + 1}`,
    apply: (rows) => void Object.assign(find(rows), { canonical: Buffer.from(jcs({ ...record, body })) }),
  }));
}

function changesOf(column: string, value: unknown): unknown[] {
  if (value === null) return [sampleFor(column)];
  const emptied = NULLABLE.has(column) ? [null] : [];
  if (value instanceof Date) return [new Date(value.getTime() + 1), new Date(value.getTime() - 1), ...emptied];
  if (value instanceof Uint8Array) return [...changedBytes(value), ...emptied];
  return [...changedJson(value), ...emptied];
}

function changedBytes(bytes: Uint8Array): Uint8Array[] {
  const flipped = [0, bytes.length >> 1, bytes.length - 1].map((at) => {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  });
  return [...flipped, Buffer.from(bytes.subarray(1)), Buffer.concat([bytes, Buffer.from(" ")]), Buffer.alloc(0)];
}

/** A scalar gets other values; an array or object is changed, shortened and lengthened at every place within it. */
function changedJson(value: unknown): unknown[] {
  if (typeof value === "boolean") return [!value];
  if (typeof value === "number") return [value + 1, value - 1];
  if (typeof value === "string") return changedText(value);
  if (Array.isArray(value)) {
    const inside = value.flatMap((item, at) => changedJson(item).map((changed) => value.with(at, changed)));
    return [...inside, ...value.map((_, at) => value.toSpliced(at, 1)), [...value, "forged"]];
  }
  const members: Row = { ...Object(value) };
  const inside = Object.entries(members).flatMap(([key, member]) => [
    ...changedJson(member).map((changed) => ({ ...members, [key]: changed })),
    Object.fromEntries(Object.entries(members).filter(([other]) => other !== key)),
  ]);
  return [...inside, { ...members, forged: 1 }];
}

function changedText(text: string): string[] {
  if (/^[0-9a-f-]{36}$/.test(text)) return [ANY_UUID];
  return text === "" ? ["x"] : [`${text}x`, text.slice(1)];
}

function sampleFor(column: string): unknown {
  if (column !== "claimedStartedAt" && /(At|Timestamp)$/.test(column)) return new Date(0);
  if (/(Index|Seq|Tokens|Units|Ms|AtStep|answerStatus)$/.test(column)) return 1;
  if (/(Hash|answer)$/.test(column)) return Buffer.alloc(32, 1);
  if (/Id$/.test(column)) return ANY_UUID;
  return column === "seal" || column === "violation" ? { step_index: 1 } : "forged";
}
