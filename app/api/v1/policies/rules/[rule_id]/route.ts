import { mount } from "@/server/endpoints";
import { getRule, replaceRule, retireRule } from "@/server/policies/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(getRule, replaceRule, retireRule);
