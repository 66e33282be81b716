import { mount } from "@/server/endpoints";
import { getIncident } from "@/server/incidents/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(getIncident);
