import { mount } from "@/server/endpoints";
import { completeRun } from "@/server/gate/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(completeRun);
