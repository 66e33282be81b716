import { getExport, listExports } from "@/server/exports/contract";

/** What asking for a bundle, or countersigning one, makes stale. */
export const exportReads = [listExports, getExport] as const;

export function historyInput(incidentId: string) {
  return { query: { incident_id: incidentId, page_size: 50 } };
}
