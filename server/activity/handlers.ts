import {
  getActivity,
  getTrace,
  listActivity,
  listCompletedRuns,
  listLiveRuns,
  listTraceSteps,
  listTraces,
} from "@/server/activity/contract";
import { activityOf } from "@/server/activity/queries";
import { runPage } from "@/server/activity/run-list";
import { tracePage } from "@/server/activity/trace-list";
import { stepPage, traceDetail } from "@/server/activity/trace-queries";
import { handle } from "@/server/platform/http/handle";

export const activityHandlers = [
  handle(listActivity, (cx, { query }) => runPage(cx.db, "all", query)),
  handle(listLiveRuns, (cx, { query }) => runPage(cx.db, "live", query)),
  handle(listCompletedRuns, (cx, { query }) => runPage(cx.db, "completed", query)),
  handle(getActivity, (cx, { params }) => activityOf(cx.db, params.run_id)),
  handle(listTraces, (cx, { query }) => tracePage(cx.db, query)),
  handle(getTrace, (cx, { params }) => traceDetail(cx.db, params.trace_id)),
  handle(listTraceSteps, (cx, { params, query }) => stepPage(cx.db, params.trace_id, query)),
];
