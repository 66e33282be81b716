import { mount } from "@/server/endpoints";
import { cancelRun } from "@/server/gate/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(cancelRun);
