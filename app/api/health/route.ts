import { mount } from "@/server/endpoints";
import { getHealth } from "@/server/platform/http/probes";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(getHealth);
