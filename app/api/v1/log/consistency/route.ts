import { mount } from "@/server/endpoints";
import { getConsistency } from "@/server/transparency/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(getConsistency);
