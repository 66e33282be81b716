import { mount } from "@/server/endpoints";
import { createLimit, listLimits } from "@/server/policies/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(createLimit, listLimits);
