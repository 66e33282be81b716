// Who could have heard of the incident: the tenant's event stream, which is written in the incident's own transaction.

import type { AlertDelivery } from "@/server/exports/content/soc2-bundle-types";
import type { Subject } from "@/server/exports/content/subject";

export async function alertDeliveryOf({ db, incident, questions }: Subject): Promise<AlertDelivery> {
  const ids = [incident.id, ...(incident.sourceRunId === null ? [] : [incident.sourceRunId])];
  const rows = await db.sql<{ at: Date; topic: string; seq: number | null }>`
    select e.recorded_at as at, e.topic, e.seq from events e
    where ${db.mine("e")} and e.entity_id = any(${ids}) and e.topic = any(${topics})
    union all
    select o.recorded_at, o.topic, null from outbox o
    where ${db.mine("o")} and o.entity_id = any(${ids}) and o.topic = any(${topics})
    order by 1, 2`;
  questions.note({
    id: "alert_delivery",
    reads: ["events", "outbox"],
    condition: `entity is the incident or its run, topic one of ${topics.join(", ")}`,
    parameters: { incident_id: incident.id, run_id: incident.sourceRunId },
    rows: rows.length,
  });
  return {
    looked_for: "events of the incident and of the block, in the tenant's numbered stream and on their way there",
    events: rows.map((row) => ({
      at: row.at.toISOString(),
      topic: row.topic,
      seq: row.seq,
      published: row.seq !== null,
    })),
    delivered: null,
    unknown_because: "who reads the stream is not recorded, and no channel beyond it is configured",
  };
}

const topics = [
  "incident.created",
  "incident.acknowledged",
  "incident.escalated",
  "incident.resolved",
  "incident.reopened",
  "run.blocked",
  "signal.near",
  "signal.breach",
];
