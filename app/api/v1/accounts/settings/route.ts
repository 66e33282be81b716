import { mount } from "@/server/endpoints";
import { getSettings, replaceSettings } from "@/server/policies/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(getSettings, replaceSettings);
