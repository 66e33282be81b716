import * as commands from "@/server/incidents/commands";
import * as contract from "@/server/incidents/contract";
import * as queries from "@/server/incidents/queries";
import { handle } from "@/server/platform/http/handle";

export const incidentHandlers = [
  handle(contract.listIncidents, (cx, { query }) => queries.listIncidents(cx.db, query)),
  handle(contract.listActiveIncidents, (cx, { query }) => queries.listActiveIncidents(cx.db, query)),
  handle(contract.listResolvedIncidents, (cx, { query }) => queries.listResolvedIncidents(cx.db, query)),
  handle(contract.listIncidentsOfPolicy, (cx, { params, query }) =>
    queries.listIncidentsOfPolicy(cx.db, params.policy_id, query),
  ),
  handle(contract.getIncident, (cx, { params }) => queries.getIncident(cx.db, params.incident_id)),
  handle(contract.listIncidentTimeline, (cx, { params, query }) =>
    queries.listIncidentTimeline(cx.db, params.incident_id, query),
  ),
  handle(contract.listRelatedIncidents, (cx, { params, query }) =>
    queries.listRelatedIncidents(cx.db, params.incident_id, query),
  ),
  handle(contract.listIncidentComments, (cx, { params, query }) =>
    queries.listIncidentComments(cx.db, params.incident_id, query),
  ),
  handle(contract.createIncident, (cx, { body }) => commands.createIncident(cx, body)),
  handle(contract.acknowledgeIncident, (cx, { params, body }) =>
    commands.acknowledgeIncident(cx, params.incident_id, body),
  ),
  handle(contract.escalateIncident, (cx, { params, body }) => commands.escalateIncident(cx, params.incident_id, body)),
  handle(contract.resolveIncident, (cx, { params, body }) => commands.resolveIncident(cx, params.incident_id, body)),
  handle(contract.reopenIncident, (cx, { params, body }) => commands.reopenIncident(cx, params.incident_id, body)),
  handle(contract.commentOnIncident, (cx, { params, body }) =>
    commands.commentOnIncident(cx, params.incident_id, body),
  ),
];
