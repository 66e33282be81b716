import { mount } from "@/server/endpoints";
import { resolveIncident } from "@/server/incidents/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(resolveIncident);
