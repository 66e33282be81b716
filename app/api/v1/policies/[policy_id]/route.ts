import { mount } from "@/server/endpoints";
import { getPolicy, replacePolicy, retirePolicy } from "@/server/policies/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(getPolicy, replacePolicy, retirePolicy);
