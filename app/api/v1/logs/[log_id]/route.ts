import { mount } from "@/server/endpoints";
import { getLog } from "@/server/logs/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(getLog);
