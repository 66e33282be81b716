// The entries behind what an incident's row says of itself: who opened, acknowledged and resolved it has an event, and its
// newest audit entry holds the hash of the row as it stood then.

import type { Subject } from "@/server/exports/content/subject";

export type IncidentMarks = {
  /** Ids of its newest event of each type; null: there is none. */
  created: string | null;
  acknowledged: string | null;
  resolved: string | null;
  /** The newest audit entry that holds the row's hash. */
  audit: { id: string; afterHash: Buffer } | null;
};

export async function incidentMarksOf({ db, incident, questions }: Subject): Promise<IncidentMarks> {
  const events = await db.sql<{ type: string; id: string }>`
    select distinct on (e.type) e.type, e.id from incident_events e
    where ${db.mine("e")} and e.incident_id = ${incident.id} and e.type in ('created', 'acknowledged', 'resolved')
    order by e.type, e.recorded_at desc, e.id desc`;
  const [audit] = await db.sql<{ id: string; after_hash: Buffer }>`
    select a.id, a.after_hash from audit_logs a
    where ${db.mine("a")} and a.entity_type = 'incident' and a.entity_id = ${incident.id} and a.after_hash is not null
    order by (a.after ->> 'version')::int desc nulls last, a.recorded_at desc, a.id desc limit 1`;
  questions.note({
    id: "incident_entries",
    reads: ["incident_events", "audit_logs"],
    condition: "the newest event of each kind and the newest audit entry of the incident",
    parameters: { incident_id: incident.id },
    rows: events.length + (audit === undefined ? 0 : 1),
  });
  const idOf = (type: string) => events.find((event) => event.type === type)?.id ?? null;
  return {
    ...{ created: idOf("created"), acknowledged: idOf("acknowledged"), resolved: idOf("resolved") },
    audit: audit === undefined ? null : { id: audit.id, afterHash: audit.after_hash },
  };
}
