"use client";

import { useQuery } from "@tanstack/react-query";
import { Meter } from "@/components/data/meter";
import { QueryView } from "@/components/data/query-view";
import { Section } from "@/components/ui/section";
import { SkeletonRows } from "@/components/ui/skeleton";
import type { RunActivity } from "@/server/activity/contract";
import { getRun } from "@/server/gate/contract";
import type { RunDetail } from "@/server/gate/wire";
import { api } from "@/server/platform/http/client";
import { amountOf, bareAmountOf, metricName } from "./metric-words";
import { ofRun } from "./run-reads";

/** How full each limit is that holds for the run, reservations included, and what was crossed. */
export function LimitsPanel({ run }: { run: RunActivity }) {
  const query = useQuery(api.query(getRun, ofRun(run.run_id)));
  return (
    <Section title="Limits" aside={<Signals run={run} />}>
      <QueryView query={query} skeleton={<SkeletonRows rows={2} columns={3} />}>
        {(detail) => (
          <div className="@container">
            <Gauges detail={detail} />
          </div>
        )}
      </QueryView>
    </Section>
  );
}

function Signals({ run: { signals, violation } }: { run: RunActivity }) {
  if (violation?.projected === true) return <span>Without the step that never ran</span>;
  if (signals.near + signals.breach === 0) return <span>No limit was near</span>;
  const parts = [
    ...(signals.near > 0 ? [`${signals.near} nearly used up`] : []),
    ...(signals.breach > 0 ? [`${signals.breach} passed`] : []),
  ];
  return <span>{parts.join(", ")}</span>;
}

type Gauge = RunDetail["limits"][number];

function Gauges({ detail: { limits, policy_snapshot } }: { detail: RunDetail }) {
  if (limits.length === 0) return <p className="text-muted">No limit holds for the run as a whole.</p>;
  const nears = new Map(policy_snapshot?.limits.map((limit) => [`${limit.metric}|${limit.enforcement}`, limit.near]));
  return (
    <ul className="grid gap-x-8 gap-y-2 @lg:grid-cols-2 @4xl:grid-cols-3">
      {limits.map((limit) => (
        <li key={`${limit.metric}|${limit.enforcement}|${limit.limit_id ?? ""}`} className="min-w-0">
          <span className="flex flex-wrap items-baseline gap-x-2">
            <span className="min-w-0 break-words">{limit.name ?? metricName(limit.metric)}</span>
            <span className="shrink-0 text-muted text-xs">{consequenceOf(limit)}</span>
          </span>
          <GaugeMeter limit={limit} near={nears.get(`${limit.metric}|${limit.enforcement}`)} />
        </li>
      ))}
    </ul>
  );
}

function GaugeMeter({ limit, near }: { limit: Gauge; near: number | undefined }) {
  const held = limit.reserved + limit.presumed;
  const isUnknown = limit.remaining === null || limit.used === null;
  const used = limit.used === null ? null : limit.used;
  return (
    <span className="min-w-0">
      <Meter
        label={`${limit.name ?? metricName(limit.metric)}, used`}
        value={isUnknown ? null : used}
        max={limit.limit}
        {...(near === undefined || limit.limit === 0 ? {} : { near: near / limit.limit })}
        text={`${isUnknown && used !== null ? "≥ " : ""}${bareAmountOf(limit.metric, used)} of ${amountOf(limit.metric, limit.limit)}`}
      />
      {held > 0 ? (
        <span className="block text-muted text-xs">{bareAmountOf(limit.metric, held)} more held by open steps</span>
      ) : null}
    </span>
  );
}

const consequences: Readonly<Record<Gauge["enforcement"], string>> = {
  none: "only watched",
  warn: "warns",
  refuse: "refuses steps",
  pause: "pauses the run",
  stop: "stops the run",
  kill: "kills the run",
};

function consequenceOf(limit: Gauge): string {
  const over = limit.overshoot.estimate_excess + limit.overshoot.reported;
  const what = consequences[limit.enforcement];
  return over > 0 ? `${what} · ${amountOf(limit.metric, over)} over` : what;
}
