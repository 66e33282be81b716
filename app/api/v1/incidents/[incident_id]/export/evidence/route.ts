import { mount } from "@/server/endpoints";
import { exportEvidence } from "@/server/exports/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(exportEvidence);
