import { mount } from "@/server/endpoints";
import { listExports } from "@/server/exports/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(listExports);
