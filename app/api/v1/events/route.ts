import { mount } from "@/server/endpoints";
import { streamTenant } from "@/server/events/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(streamTenant);
