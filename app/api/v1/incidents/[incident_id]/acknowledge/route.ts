import { mount } from "@/server/endpoints";
import { acknowledgeIncident } from "@/server/incidents/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(acknowledgeIncident);
