// What has changed: a period's figures beside those of the period before. Pure.

import type { Change } from "@/server/overview/contract";
import { type Period, percentOf, trendOf } from "@/server/overview/period";
import { thatCount } from "@/server/overview/rules";
import type { FinishedFacts } from "@/server/overview/run-facts";
import { violationActions } from "@/server/policies/wire";

type Both<T> = { current: T; previous: T };

/** A part that could not be read is null. */
export type ChangingFacts = {
  runs: { finished: Both<FinishedFacts>; near: Both<number> } | null;
  incidents: { opened: Both<number> } | null;
  violations: { blocks: Both<number> } | null;
};

type Figure = Omit<Change, "trend" | "current" | "previous">;

export function changesOf({ runs, incidents, violations }: ChangingFacts, period: Period): Change[] {
  const finished = (of: (facts: FinishedFacts) => number | null) =>
    runs && { current: of(runs.finished.current), previous: of(runs.finished.previous) };
  const values: Readonly<Record<Change["key"], Both<number | null> | null>> = {
    runs_finished: finished((facts) => facts.finished),
    failure_ratio: finished((facts) => percentOf(facts.failed + facts.stopped, facts.finished)),
    blocks: violations?.blocks ?? null,
    near_signals: runs?.near ?? null,
    incidents_opened: incidents?.opened ?? null,
  };
  return figuresOf(period).map((figure) => {
    const { current, previous } = values[figure.key] ?? { current: null, previous: null };
    return { ...figure, current, previous, trend: trendOf(current, previous) };
  });
}

const blocks = violationActions.filter((action) => action !== "warned").join(",");

function figuresOf({ from, to }: Period): Figure[] {
  const [after, before] = [from.toISOString(), to.toISOString()];
  const ended = { completed_after: after, completed_before: before, ...thatCount };
  return [
    {
      ...{ key: "runs_finished", label: "Runs finished", unit: "count", more_is_better: null },
      link: { domain: "activity", topic: "completed", filter: ended },
    },
    {
      ...{ key: "failure_ratio", label: "Runs failed or stopped", unit: "percent", more_is_better: false },
      link: { domain: "activity", topic: "completed", filter: { ...ended, status: "failed,failed_policy" } },
    },
    {
      ...{ key: "blocks", label: "Blocks by policy", unit: "count", more_is_better: null },
      link: {
        ...{ domain: "policies", topic: "violations" },
        filter: { action: blocks, recorded_after: after, recorded_before: before },
      },
    },
    { key: "near_signals", label: "Limits nearly used up", unit: "count", more_is_better: false, link: null },
    { key: "incidents_opened", label: "Incidents opened", unit: "count", more_is_better: false, link: null },
  ];
}
