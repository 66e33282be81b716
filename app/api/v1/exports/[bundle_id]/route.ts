import { mount } from "@/server/endpoints";
import { getExport } from "@/server/exports/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(getExport);
