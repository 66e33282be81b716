import { mount } from "@/server/endpoints";
import { listRunRecords } from "@/server/logs/contract";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(listRunRecords);
