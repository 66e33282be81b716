import { type EventTopic, eventTopics } from "@/db/vocabulary";
import { permissionOf } from "@/server/events/topics";
import type { LatestEvent } from "@/server/overview/contract";
import { type EventRow, latestEvent } from "@/server/overview/event-words";
import type { TenantDb } from "@/server/platform/db/tenant-db";

const SHOWN = 20;
/** So far back it is looked for events that the viewer may read. */
const LOOKED_AT = 500;

/** Newest first, of the topics that the viewer may read; how far an export is, is no news. */
export async function latestEvents(db: TenantDb): Promise<LatestEvent[]> {
  const topics = eventTopics.filter((topic) => topic !== "export.progress" && maySee(db, topic));
  const rows = await db.sql<EventRow>`
    select latest.seq, latest.recorded_at, latest.topic, latest.entity_id, latest.payload from (
      select e.tenant_id, e.seq, e.recorded_at, e.topic, e.entity_id, e.payload from events e
      where ${db.mine("e")} order by e.seq desc limit ${LOOKED_AT}) latest
    where ${db.mine("latest")} and latest.topic = any(${[...topics]}) order by latest.seq desc limit ${SHOWN}`;
  return rows.map(latestEvent);
}

function maySee(db: TenantDb, topic: EventTopic): boolean {
  return db.principal.permissions.has(permissionOf(topic));
}
