import { mount } from "@/server/endpoints";
import { verifyRun } from "@/server/gate/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(verifyRun);
