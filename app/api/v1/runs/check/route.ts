import { mount } from "@/server/endpoints";
import { checkRun } from "@/server/gate/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(checkRun);
