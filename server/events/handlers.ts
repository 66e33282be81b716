import { handle } from "@/server/platform/http/handle";
import { streamTenant } from "./contract";
import { tenantStream } from "./tenant-stream";

export const eventHandlers = [handle(streamTenant, (cx, { query }) => tenantStream(cx, query.after ?? null))];
