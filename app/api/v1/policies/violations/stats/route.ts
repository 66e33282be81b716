import { mount } from "@/server/endpoints";
import { getViolationStats } from "@/server/policies/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(getViolationStats);
