import { mount } from "@/server/endpoints";
import { releaseRun } from "@/server/gate/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(releaseRun);
