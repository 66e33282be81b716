import { mount } from "@/server/endpoints";
import { getSnapshot } from "@/server/policies/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(getSnapshot);
