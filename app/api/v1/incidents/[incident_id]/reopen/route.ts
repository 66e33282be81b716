import { mount } from "@/server/endpoints";
import { reopenIncident } from "@/server/incidents/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(reopenIncident);
