import { mount } from "@/server/endpoints";
import { getMetrics } from "@/server/platform/http/probes";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(getMetrics);
