import { mount } from "@/server/endpoints";
import { listFreezes, setFreeze } from "@/server/gate/freeze-contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(listFreezes, setFreeze);
