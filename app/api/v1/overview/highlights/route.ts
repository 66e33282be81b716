import { mount } from "@/server/endpoints";
import { getHighlights } from "@/server/overview/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(getHighlights);
