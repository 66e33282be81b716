import { mount } from "@/server/endpoints";
import { heartbeat } from "@/server/gate/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(heartbeat);
