import { mount } from "@/server/endpoints";
import { postResult } from "@/server/gate/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(postResult);
