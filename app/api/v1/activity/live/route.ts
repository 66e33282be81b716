import { listLiveRuns } from "@/server/activity/contract";
import { mount } from "@/server/endpoints";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(listLiveRuns);
