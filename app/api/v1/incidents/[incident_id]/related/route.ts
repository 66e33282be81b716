import { mount } from "@/server/endpoints";
import { listRelatedIncidents } from "@/server/incidents/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(listRelatedIncidents);
