import { mount } from "@/server/endpoints";
import { listLogs } from "@/server/logs/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(listLogs);
