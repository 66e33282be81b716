import { mount } from "@/server/endpoints";
import { getCheckpoint } from "@/server/transparency/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(getCheckpoint);
