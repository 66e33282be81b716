"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { useAddress } from "@/components/data/address";
import { count } from "@/components/data/format";
import { Failed } from "@/components/data/query-view";
import { classes } from "@/components/ui/classes";
import { SkeletonRows } from "@/components/ui/skeleton";
import { StaleBanner } from "@/components/ui/states";
import { listTraceSteps, type RunActivity, type TraceStep } from "@/server/activity/contract";
import { api } from "@/server/platform/http/client";
import { stepsOf } from "./run-reads";
import { runParams } from "./search-params";
import { StepDetail } from "./step-detail";
import { stepRowId, type TreeRow, traceRows } from "./trace-rows";
import { TraceTree } from "./trace-tree";

/** Read at once, so that bars and sums are over the whole trace; what is beyond comes as one scrolls. */
const WHOLE_PAGES = 5;

interface TracePanelProps {
  run: Pick<RunActivity, "run_id" | "trace_id" | "status" | "state" | "refusal_reason">;
  /** Tree above its step, not beside it. */
  isNarrow: boolean;
}

export function TracePanel({ run, isNarrow }: TracePanelProps) {
  const list = useInfiniteQuery(api.pages(listTraceSteps, stepsOf(run.trace_id)));
  const { hasNextPage, isFetching, fetchNextPage } = list;
  const loaded = list.data?.pages.length ?? 0;
  useEffect(() => {
    if (hasNextPage && !isFetching && loaded < WHOLE_PAGES) void fetchNextPage();
  }, [hasNextPage, isFetching, loaded, fetchNextPage]);
  const steps = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  if (list.data === undefined) {
    return list.error ? (
      <Failed error={list.error} retry={() => void list.refetch()} />
    ) : (
      <SkeletonRows rows={6} columns={4} />
    );
  }
  if (steps.length === 0) return <NoSteps run={run} />;
  const total = list.data.pages[0]?.pagination.total ?? steps.length;
  const more = () => (hasNextPage && !isFetching ? void fetchNextPage() : undefined);
  return (
    <>
      {list.error ? <StaleBanner at={new Date(list.dataUpdatedAt).toISOString()} /> : null}
      <TraceOfSteps steps={steps} isNarrow={isNarrow} onEnd={more} />
      {total > steps.length ? (
        <p className="pt-2 text-muted text-xs" aria-live="polite">
          {count(steps.length)} of {count(total)} steps are loaded. Scroll the trace to load more.
        </p>
      ) : null}
    </>
  );
}

function NoSteps({ run }: Pick<TracePanelProps, "run">) {
  return <p className="py-6 text-muted">There are no steps. {whyNoSteps(run)}</p>;
}

export function whyNoSteps(run: Pick<RunActivity, "status" | "state" | "refusal_reason">): string {
  if (run.refusal_reason !== null) return "The run was refused at its start.";
  if (run.status === "paused") return "The run is paused before its first step.";
  return run.state === "live"
    ? "Its runner has not asked for a step yet. Steps appear here as they arrive."
    : "The run ended before its first step.";
}

interface TraceOfStepsProps {
  steps: readonly TraceStep[];
  isNarrow: boolean;
  onEnd: () => void;
}

function TraceOfSteps({ steps, isNarrow, onEnd }: TraceOfStepsProps) {
  const [{ row }, setParams] = useAddress(runParams);
  const turning = steps.find((step) => step.is_inflection);
  const first = stepRowId((turning ?? steps.at(-1))?.step_index ?? 1);
  const selected = row ?? first;
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const expanded = useMemo(
    () => expandedRows(toggled, selected, turning === undefined ? null : stepRowId(turning.step_index)),
    [toggled, selected, turning],
  );
  const rows = useMemo(() => traceRows(steps, expanded), [steps, expanded]);
  const chosen = rows.find((one) => one.id === selected) ?? rows.find((one) => one.id === first);
  return (
    <div className={classes("grid min-w-0 gap-6", !isNarrow && "xl:grid-cols-[minmax(0,1.45fr)_minmax(0,1fr)]")}>
      <TraceTree
        rows={rows}
        selected={chosen?.id ?? null}
        onSelect={(id) => setParams({ row: id })}
        onToggle={(id) => setToggled(withToggled(toggled, id))}
        onEnd={onEnd}
      />
      {chosen === undefined ? null : <Chosen row={chosen} />}
    </div>
  );
}

function Chosen({ row }: { row: TreeRow }) {
  const openRecord = row.kind === "record" ? row.record.seq : null;
  return (
    <div className="min-w-0 self-start" aria-live="off">
      <StepDetail key={row.step.step_index} step={row.step} openRecord={openRecord} />
    </div>
  );
}

// What broke policy is open from the start; so is the parent of a row that the address names.
function expandedRows(toggled: ReadonlySet<string>, selected: string, turning: string | null): ReadonlySet<string> {
  const open = new Set(toggled);
  if (turning !== null && !open.delete(turning)) open.add(turning);
  const parent = /^(step-\d+)-record-/.exec(selected)?.[1];
  if (parent !== undefined) open.add(parent);
  return open;
}

function withToggled(toggled: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(toggled);
  if (!next.delete(id)) next.add(id);
  return next;
}
