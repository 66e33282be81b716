import { mount } from "@/server/endpoints";
import { escalateIncident } from "@/server/incidents/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(escalateIncident);
