import { mount } from "@/server/endpoints";
import { disableLimit, getLimit, replaceLimit } from "@/server/policies/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(disableLimit, getLimit, replaceLimit);
