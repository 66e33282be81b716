import { mount } from "@/server/endpoints";
import { checkAuditIntegrity } from "@/server/logs/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(checkAuditIntegrity);
