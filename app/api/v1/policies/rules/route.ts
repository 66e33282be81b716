import { mount } from "@/server/endpoints";
import { createRule, listRules } from "@/server/policies/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(createRule, listRules);
