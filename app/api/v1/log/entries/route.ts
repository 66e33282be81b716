import { mount } from "@/server/endpoints";
import { listEntries } from "@/server/transparency/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(listEntries);
