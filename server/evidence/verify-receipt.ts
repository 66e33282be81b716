import { writeHash } from "./hash";
import { instant } from "./instant";
import { readReceipt } from "./receipt";
import type { RecordRow } from "./run-evidence";
import { isSignedBy, keyHash, type Note, type NoteKey, openNote } from "./signed-note";

/**
 * True when the note is the receipt of this record and nothing else. Every signature in it must be a good one by one of
 * `keys`; without keys only what the note says is compared.
 */
export function isReceiptOf(row: RecordRow, note: string, keys: readonly NoteKey[] | undefined): boolean {
  const opened = openNote(note);
  const says = opened && readReceipt(opened.text);
  if (opened === null || says === null || row.hash.length !== 32) return false;
  const isTheirs =
    says.origin.endsWith(`/${row.tenantId}`) &&
    says.run_id === row.runId &&
    says.seq === row.seq &&
    says.hash === writeHash(row.hash) &&
    says.recorded_at === instant(row.recordedAt);
  return isTheirs && (keys === undefined || isSignedByAll(note, opened, { origin: says.origin, keys }));
}

function isSignedByAll(note: string, { signatures }: Note, by: { origin: string; keys: readonly NoteKey[] }): boolean {
  const good = signatures.filter((one) => {
    const key = by.keys.find((known) => known.name === one.name && keyHash(known).equals(one.keyHash));
    return key !== undefined && key.name === by.origin && isSignedBy(note, key);
  });
  return good.length > 0 && good.length === signatures.length;
}
