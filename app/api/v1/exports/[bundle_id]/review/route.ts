import { mount } from "@/server/endpoints";
import { reviewExport } from "@/server/exports/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(reviewExport);
