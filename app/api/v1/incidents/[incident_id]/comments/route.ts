import { mount } from "@/server/endpoints";
import { commentOnIncident, listIncidentComments } from "@/server/incidents/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(commentOnIncident, listIncidentComments);
