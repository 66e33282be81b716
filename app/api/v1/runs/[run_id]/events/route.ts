import { mount } from "@/server/endpoints";
import { streamRun } from "@/server/gate/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(streamRun);
