import { mount } from "@/server/endpoints";
import { listAuditLog } from "@/server/logs/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(listAuditLog);
