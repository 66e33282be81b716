import { mount } from "@/server/endpoints";
import { listViolations } from "@/server/policies/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(listViolations);
