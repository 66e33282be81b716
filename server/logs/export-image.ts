import type { exportBundles } from "@/db/schema/exports";
import { canonicalImage } from "@/server/evidence/snapshot-hash";

type ExportRow = typeof exportBundles.$inferSelect;

/** An export as its audit entries keep it: what was asked for and, when it is over, what came out. How far it is changes all the time. */
export function exportImage(row: ExportRow) {
  const {
    progress: _progress,
    stage: _stage,
    failure: _failure,
    leaseUntil: _lease,
    attempts: _attempts,
    ...kept
  } = row;
  const members = row.status === "generating" ? { ...kept, bundleHash: null } : kept;
  return canonicalImage(Object.fromEntries(Object.entries(members).map(([name, value]) => [columnName(name), value])));
}

function columnName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
