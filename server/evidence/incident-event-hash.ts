import { canonicalBytes } from "./canonical";
import { H } from "./hash";
import { canonicalImage } from "./snapshot-hash";

/** A row of an incident's timeline, as its columns have it. */
export type IncidentEventColumns = {
  readonly tenantId: string;
  readonly id: string;
  readonly incidentId: string;
  readonly type: string;
  readonly actorType: string;
  readonly actorId: string;
  readonly detail: unknown;
  readonly recordedAt: Date;
};

/** The hash that the event's leaf names: H(incident-event, canonical image of its members). */
export function incidentEventHash(event: IncidentEventColumns): Buffer {
  return H("incident-event", incidentEventBytes(event));
}

/** The exact bytes behind it. Members of `detail` that are null are absent, as in every image of a row. */
export function incidentEventBytes(event: IncidentEventColumns): Buffer {
  return canonicalBytes(
    canonicalImage({
      v: 1,
      tenant_id: event.tenantId,
      id: event.id,
      incident_id: event.incidentId,
      type: event.type,
      actor_type: event.actorType,
      actor_id: event.actorId,
      detail: event.detail,
      recorded_at: event.recordedAt,
    }),
  );
}
