import { mount } from "@/server/endpoints";
import { listResolvedIncidents } from "@/server/incidents/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(listResolvedIncidents);
