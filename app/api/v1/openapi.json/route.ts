import { mount } from "@/server/endpoints";
import { getOpenApi } from "@/server/platform/http/probes";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(getOpenApi);
