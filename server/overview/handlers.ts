import { getHighlights, getSummary } from "@/server/overview/contract";
import { highlightsFor } from "@/server/overview/highlights";
import { summaryFor } from "@/server/overview/summary";
import { handle } from "@/server/platform/http/handle";

export const overviewHandlers = [
  handle(getHighlights, (cx, { query }) => highlightsFor(cx.principal, query)),
  handle(getSummary, (cx, { query }) => summaryFor(cx.principal, query)),
];
