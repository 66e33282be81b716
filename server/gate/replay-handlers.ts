import { eq } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { traces } from "@/db/schema/traces";
import { replayTrace } from "@/server/activity/contract";
import { replayTimeline } from "@/server/activity/replay-timeline";
import { handle } from "@/server/platform/http/handle";
import { NotFound } from "@/server/platform/http/problem";
import { redecide } from "./redecide";

export const replayHandlers = [
  handle(replayTrace, async (cx, { params }) => {
    const trace = await cx.db.first(traces, eq(traces.traceId, params.trace_id));
    const shown = trace && (await replayTimeline(cx.db, params.trace_id));
    if (!trace || !shown) throw NotFound.with();
    const parity = await redecide(cx.db, trace.runId);
    const replayId = uuidv7();
    const detail = { replay_id: replayId, match: parity.match, divergence_seq: parity.divergence_seq ?? undefined };
    await cx.audit({ entity_type: "trace", entity_id: trace.traceId, run_id: trace.runId, detail });
    return { replay_id: replayId, trace_id: trace.traceId, mode: "dry" as const, ...shown, parity };
  }),
];
