"use client";
// Cells that both lists of runs have.

import { useQuery } from "@tanstack/react-query";
import { useNow } from "@/components/data/clock";
import { duration } from "@/components/data/format";
import { Meter } from "@/components/data/meter";
import { Mark } from "@/components/ui/mark";
import { Tooltip } from "@/components/ui/tooltip";
import type { RunSummary } from "@/server/activity/contract";
import { api } from "@/server/platform/http/client";
import { getSnapshot } from "@/server/policies/contract";
import { runLimits } from "./frozen-policies";
import { elapsedMs, evidenceOf, fullest, gaugesOf } from "./live-runs";
import { amountOf, bareAmountOf, metricName } from "./metric-words";

export function AgentCell({ run }: { run: RunSummary }) {
  return (
    <span className="flex min-w-0 items-baseline gap-2">
      <span className="max-w-full shrink-0 truncate font-medium">{run.agent_id}</span>
      {run.synthetic ? <span className="min-w-0 truncate text-faint text-xs lg:shrink-0">rehearsal</span> : null}
      <span className="min-w-0 truncate text-muted text-xs max-lg:hidden">
        {[run.project, run.model ?? run.provider, run.source].filter((part) => part !== null).join(" · ")}
      </span>
    </span>
  );
}

/** Counts each second, and stands still in a pause. */
export function ElapsedCell({ run }: { run: RunSummary }) {
  const now = useNow(1_000);
  const ms = elapsedMs(run, now);
  return (
    <span className="tabular-nums">
      {ms === null ? "…" : duration(Math.floor(ms / 1_000) * 1_000).replace(/^0 ms$/, "0 s")}
    </span>
  );
}

const healthMarks = {
  flowing: { tone: "allow", word: "Reporting" },
  late: { tone: "review", word: "Late" },
  silent: { tone: "error", word: "Silent" },
  waiting: { tone: "neutral", word: "Waiting" },
} as const;

/** How lately its runner was heard. */
export function EvidenceCell({ run }: { run: RunSummary }) {
  const now = useNow(5_000);
  if (now === null) return <span className="text-faint">…</span>;
  const { tone, word } = healthMarks[evidenceOf(run, now)];
  const quiet = Math.max(0, Math.floor((now - Date.parse(run.last_seen_at)) / 1_000) * 1_000);
  return (
    <Tooltip content={quiet < 1_000 ? "Heard just now" : `Last heard ${duration(quiet)} ago`}>
      <span className="inline-flex align-middle">
        <Mark tone={tone} quiet>
          {word}
        </Mark>
      </span>
    </Tooltip>
  );
}

/** The limit that is fullest: frozen at the start, so it is read once, and it fills with the run's own numbers. */
export function LimitCell({ run }: { run: RunSummary }) {
  const now = useNow(1_000);
  const { data, isPending } = useQuery({
    ...api.query(getSnapshot, { params: { snapshot_id: run.snapshot_id ?? "" } }),
    enabled: run.snapshot_id !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (run.snapshot_id === null) return <span className="text-faint">No limits</span>;
  if (data === undefined) return <span className="text-faint">{isPending ? "…" : "unknown"}</span>;
  const gauge = fullest(gaugesOf(runLimits(data.entity), run, now));
  if (gauge === null) return <span className="text-faint">None on the run</span>;
  const { metric, value, limit, near } = gauge;
  return (
    <Tooltip content={`${metricName(metric)}: ${amountOf(metric, value)} of ${bareAmountOf(metric, limit)}`}>
      <span className="block">
        <Meter label={metricName(metric)} value={value} max={limit} near={limit > 0 ? near / limit : 1} />
      </span>
    </Tooltip>
  );
}
