import { mount } from "@/server/endpoints";
import { exportSoc2 } from "@/server/exports/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(exportSoc2);
