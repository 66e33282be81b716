"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useAddress } from "@/components/data/address";
import { DataTable } from "@/components/data/data-table";
import { FilterBar } from "@/components/data/filter-bar";
import { filterOf, paramsOf } from "@/components/data/filter-params";
import { ListView } from "@/components/data/query-view";
import { TopicPage } from "@/components/shell/topic-page";
import { type StripPart, TopicStrip } from "@/components/shell/topic-strip";
import { ButtonLink } from "@/components/ui/button";
import { onDemand } from "@/components/ui/on-demand";
import { EmptyState } from "@/components/ui/states";
import { listCompletedRuns } from "@/server/activity/contract";
import { api } from "@/server/platform/http/client";
import { completedColumns } from "./completed-columns";
import { completedStripTopic } from "./live-reads";
import { completedFilters } from "./run-filters";
import { runHref } from "./run-href";
import { runMenu } from "./run-row-menu";
import { type RunActions, RunActionsProvider } from "./run-server-actions";
import { completedParams, completedQuery } from "./search-params";

// Loaded when one is opened.
const RunSidePanel = onDemand(async () => (await import("./run-side-panel")).RunSidePanel);

export interface Range {
  since: string | null;
  until: string | null;
}

const parts: readonly StripPart[] = [
  { key: "total", label: "Ended" },
  { key: "succeeded" },
  { key: "stopped_by_policy", tone: "deny" },
  { key: "failed", tone: "error" },
  { key: "aborted" },
  { key: "near_limit", tone: "review" },
  { key: "failure_ratio" },
];

export function CompletedView({ actions, since, until }: { actions: RunActions } & Range) {
  const [{ open }, setParams] = useAddress(completedParams);
  const close = () => setParams({ open: null });
  return (
    <RunActionsProvider actions={actions}>
      <TopicPage topic="ACT-LLM-COMP" aside={open === null ? null : <RunSidePanel runId={open} onClose={close} />}>
        <TopicStrip topic={completedStripTopic} parts={parts} since={since} until={until} />
        <CompletedRuns since={since} until={until} />
      </TopicPage>
    </RunActionsProvider>
  );
}

function CompletedRuns(range: Range) {
  const [params, setParams] = useAddress(completedParams);
  const list = useInfiniteQuery(api.pages(listCompletedRuns, { query: completedQuery(params, range) }));
  const value = filterOf(completedFilters, params);
  const clear = () => setParams(paramsOf(completedFilters, completedParams, {}));
  return (
    <div className="flex min-w-0 flex-col pb-4">
      <FilterBar
        filters={completedFilters}
        value={value}
        onChange={(next) => setParams(paramsOf(completedFilters, completedParams, next))}
        placeholder="Filter completed runs: status:failed_policy agent:invoice-bot"
      />
      <ListView
        list={list}
        isFiltered={Object.keys(value).length > 0}
        onClear={clear}
        columns={completedColumns.length}
        firstUse={<NothingEnded isWindow={range.since !== null} />}
        table={(rows, total, more) => (
          <DataTable
            label="Completed runs"
            columns={completedColumns}
            rows={rows}
            rowId={(run) => run.run_id}
            rowHref={(run) => runHref(run.run_id)}
            onOpen={(run) => setParams({ open: run.run_id })}
            openId={params.open}
            sort={params.sort}
            onSort={(sort) => setParams({ sort: completedParams.sort.parse(sort) })}
            rowMenu={(run) => runMenu(run, { mayWrite: false, mayOverride: false }, () => undefined)}
            total={total}
            more={more}
          />
        )}
      />
    </div>
  );
}

function NothingEnded({ isWindow }: { isWindow: boolean }) {
  if (isWindow) {
    return (
      <EmptyState title="No run ended in this time" action={<ButtonLink href="?range=all">All time</ButtonLink>}>
        Choose a longer time, or look at what runs now.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title="No run has ended yet"
      action={<ButtonLink href="/connectivity/sdk-integration">Connect a runner</ButtonLink>}
    >
      Every run is listed here once it is over, however it ended.
    </EmptyState>
  );
}
