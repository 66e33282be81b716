import { mount } from "@/server/endpoints";
import { liftFreeze } from "@/server/gate/freeze-contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(liftFreeze);
