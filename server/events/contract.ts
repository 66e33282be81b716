import { z } from "zod";
import { endpoint, RawAnswer } from "@/server/platform/http/contract";

export const streamTenant = endpoint({
  id: "events.stream",
  method: "GET",
  path: "/api/v1/events",
  summary: "What happens in the tenant, as server-sent events; resumes after the id it was left at",
  permission: "activity:read",
  query: z.object({
    /** Events behind this id; as Last-Event-ID, which wins. Without either: from now on. */
    after: z.int().min(0).optional(),
  }),
  returns: RawAnswer,
  media: "text/event-stream",
  transaction: "own",
});
