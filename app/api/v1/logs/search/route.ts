import { mount } from "@/server/endpoints";
import { searchLogs } from "@/server/logs/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(searchLogs);
