import { mount } from "@/server/endpoints";
import { getRun } from "@/server/gate/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(getRun);
