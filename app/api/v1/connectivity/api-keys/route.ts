import { createApiKey, listApiKeys } from "@/server/connectivity/contract";
import { mount } from "@/server/endpoints";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(listApiKeys, createApiKey);
