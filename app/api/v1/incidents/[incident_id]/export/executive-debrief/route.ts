import { mount } from "@/server/endpoints";
import { exportDebrief } from "@/server/exports/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(exportDebrief);
