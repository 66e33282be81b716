import { mount } from "@/server/endpoints";
import { createIncident, listIncidents } from "@/server/incidents/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(createIncident, listIncidents);
