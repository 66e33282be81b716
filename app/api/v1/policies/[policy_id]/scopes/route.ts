import { mount } from "@/server/endpoints";
import { getScopes, replaceScopes } from "@/server/policies/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(getScopes, replaceScopes);
