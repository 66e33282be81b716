// What can be done with an incident, by the names of the API.

export const incidentActions = ["acknowledge", "escalate", "resolve", "reopen", "comment"] as const;
export type IncidentAction = (typeof incidentActions)[number];
