import { mount } from "@/server/endpoints";
import { getKeys } from "@/server/transparency/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(getKeys);
