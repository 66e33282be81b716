import { mount } from "@/server/endpoints";
import { verifyExport } from "@/server/exports/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(verifyExport);
