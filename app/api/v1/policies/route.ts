import { mount } from "@/server/endpoints";
import { listPolicies } from "@/server/policies/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(listPolicies);
