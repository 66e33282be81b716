import { mount } from "@/server/endpoints";
import { getPrecedence, replacePrecedence } from "@/server/policies/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(getPrecedence, replacePrecedence);
