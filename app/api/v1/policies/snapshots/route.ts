import { mount } from "@/server/endpoints";
import { listSnapshots } from "@/server/policies/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(listSnapshots);
