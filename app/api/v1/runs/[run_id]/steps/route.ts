import { mount } from "@/server/endpoints";
import { postStep } from "@/server/gate/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(postStep);
