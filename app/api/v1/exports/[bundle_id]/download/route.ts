import { mount } from "@/server/endpoints";
import { downloadExport } from "@/server/exports/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(downloadExport);
