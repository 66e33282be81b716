import { mount } from "@/server/endpoints";
import { listIncidentTimeline } from "@/server/incidents/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(listIncidentTimeline);
