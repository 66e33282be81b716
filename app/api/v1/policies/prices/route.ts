import { mount } from "@/server/endpoints";
import { getPrices, replacePrices } from "@/server/policies/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(getPrices, replacePrices);
