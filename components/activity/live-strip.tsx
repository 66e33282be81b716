"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNow } from "@/components/data/clock";
import { count, plural } from "@/components/data/format";
import { type SummaryItem, SummaryStrip } from "@/components/data/summary-strip";
import { stripQuery } from "@/components/shell/strip-query";
import { Skeleton } from "@/components/ui/skeleton";
import { listLiveRuns } from "@/server/activity/contract";
import { getSummary } from "@/server/overview/contract";
import { api } from "@/server/platform/http/client";
import { listRules } from "@/server/policies/contract";
import { liveStripRuns, liveStripTopic, timeRules } from "./live-reads";
import { type LiveCounts, liveCounts } from "./live-runs";

/** O1 of live runs: what is going on, what waits, what is near its end. */
export function LiveStrip() {
  const summary = useQuery(api.query(getSummary, stripQuery({ topic: liveStripTopic })));
  const strip = summary.data?.topics[liveStripTopic];
  const counts = useLiveCounts(strip?.as_of ?? null);
  if (summary.data === undefined && summary.error === null) return <Skeleton className="mx-4 my-3 h-10" />;
  const figure = (key: string): number | null => {
    const value = strip?.metrics.find((metric) => metric.key === key)?.value;
    return typeof value === "number" ? value : null;
  };
  return (
    <div className="px-4">
      <SummaryStrip
        asOf={strip?.as_of ?? null}
        items={[
          { label: "Live", value: count(strip?.total), hint: excludedWords(figure("excluded")) },
          item("Queued", figure("queued"), "info", "?status=queued"),
          item("Paused", figure("paused"), "review", "?status=paused"),
          item("Near a limit", figure("near_limit"), "review", "?risk_level=NEAR_THRESHOLD"),
          item("Over a limit", figure("over_limit"), "deny", "?risk_level=VIOLATED"),
          overTimeItem(counts),
          evidenceItem(counts, figure("silent")),
        ]}
      />
    </div>
  );
}

function excludedWords(excluded: number | null): string | null {
  return excluded === null || excluded === 0 ? null : `${plural(excluded, "rehearsal")} not counted`;
}

type Counts = (LiveCounts & { isPart: boolean }) | null;

/** Until the browser's clock is read, as of the summary: what the server draws then stays in its place. */
function useLiveCounts(asOf: string | null): Counts {
  const now = useNow(5_000) ?? (asOf === null ? null : Date.parse(asOf));
  const runs = useInfiniteQuery(api.pages(listLiveRuns, liveStripRuns));
  const rules = useQuery(api.query(listRules, timeRules));
  if (runs.data === undefined || now === null) return null;
  const loaded = runs.data.pages.flatMap((page) => page.items);
  return { ...liveCounts(loaded, rules.data?.items ?? [], now), isPart: runs.hasNextPage };
}

function item(label: string, value: number | null, tone: "review" | "deny" | "info", href: string): SummaryItem {
  const isRaised = value !== null && value > 0;
  return { label, value: count(value), ...(isRaised ? { tone, href: `/activity/live${href}` } : {}) };
}

function overTimeItem(counts: Counts): SummaryItem {
  const label = "Over their time";
  if (counts === null) return { label, value: "…" };
  if (counts.overTime === null) return { label, value: "–", hint: "No time limit applies" };
  const value = `${counts.isPart ? "≥ " : ""}${count(counts.overTime)}`;
  return { label, value, ...(counts.overTime > 0 ? { tone: "review" } : {}) };
}

function evidenceItem(counts: Counts, silent: number | null): SummaryItem {
  const label = "Reporting";
  if (counts === null) return { label, value: "…" };
  if (counts.expected === 0) return { label, value: "–", hint: "Nothing executes" };
  const value = `${count(counts.reporting)} of ${count(counts.expected)}${counts.isPart ? "+" : ""}`;
  const isQuiet = silent !== null && silent > 0;
  return { label, value, ...(isQuiet ? { tone: "error", hint: `${count(silent)} silent for 5 minutes` } : {}) };
}
