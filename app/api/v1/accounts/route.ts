import { getAccount } from "@/server/account/contract";
import { mount } from "@/server/endpoints";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(getAccount);
