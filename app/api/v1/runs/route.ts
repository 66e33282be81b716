import { mount } from "@/server/endpoints";
import { startRun } from "@/server/gate/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(startRun);
