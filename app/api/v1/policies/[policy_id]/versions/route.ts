import { mount } from "@/server/endpoints";
import { listVersions } from "@/server/policies/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(listVersions);
