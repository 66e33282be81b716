import { mount } from "@/server/endpoints";
import { getSummary } from "@/server/overview/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(getSummary);
