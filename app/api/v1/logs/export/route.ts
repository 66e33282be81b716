import { mount } from "@/server/endpoints";
import { exportLogs } from "@/server/logs/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(exportLogs);
