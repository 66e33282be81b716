import { mount } from "@/server/endpoints";
import { listActiveIncidents } from "@/server/incidents/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(listActiveIncidents);
