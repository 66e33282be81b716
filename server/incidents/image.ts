import type { incidentComments, incidents } from "@/db/schema/incidents";
import { canonicalImage } from "@/server/evidence/snapshot-hash";

export type IncidentRow = typeof incidents.$inferSelect;

/**
 * An incident as audit entries keep it: every column under its name in the database, absent where null. The hash of this
 * after the last change is what verify compares the row with, so no column may be left out.
 */
export function incidentImage(row: IncidentRow) {
  return imageOf(row);
}

/** A comment as its audit entry keeps it. */
export function commentImage(row: typeof incidentComments.$inferSelect) {
  return imageOf(row);
}

function imageOf(row: object) {
  return canonicalImage(Object.fromEntries(Object.entries(row).map(([name, value]) => [columnName(name), value])));
}

function columnName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
