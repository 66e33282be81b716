import { mount } from "@/server/endpoints";
import { listIncidentsOfPolicy } from "@/server/incidents/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(listIncidentsOfPolicy);
