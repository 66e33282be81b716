import { mountNothing } from "@/server/platform/http/mount";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mountNothing();
