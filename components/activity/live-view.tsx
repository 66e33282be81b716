"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAddress } from "@/components/data/address";
import { CodeBlock } from "@/components/data/code-block";
import { DataTable, type More, type Total } from "@/components/data/data-table";
import { FilterBar } from "@/components/data/filter-bar";
import { filterOf, paramsOf } from "@/components/data/filter-params";
import { ListView } from "@/components/data/query-view";
import { useMay } from "@/components/shell/session";
import { TopicPage } from "@/components/shell/topic-page";
import { ButtonLink } from "@/components/ui/button";
import { onDemand } from "@/components/ui/on-demand";
import { EmptyState } from "@/components/ui/states";
import { listLiveRuns, type RunSummary } from "@/server/activity/contract";
import { api } from "@/server/platform/http/client";
import { liveColumns } from "./live-columns";
import { LiveStrip } from "./live-strip";
import { liveFilters } from "./run-filters";
import { grouped, groupings, groupOf } from "./run-groups";
import { runHref } from "./run-href";
import { type RunDeed, runMenu } from "./run-row-menu";
import { type RunActions, RunActionsProvider } from "./run-server-actions";
import { liveParams, liveQuery } from "./search-params";
import { useLiveProgress } from "./use-live-progress";

// Loaded when one is opened.
const CancelRun = onDemand(async () => (await import("./run-dialogs")).CancelRun);
const ReleaseRun = onDemand(async () => (await import("./run-dialogs")).ReleaseRun);
const RunSidePanel = onDemand(async () => (await import("./run-side-panel")).RunSidePanel);

export function LiveView({ actions }: { actions: RunActions }) {
  const [params, setParams] = useAddress(liveParams);
  const { open } = params;
  const close = () => setParams({ open: null });
  return (
    <RunActionsProvider actions={actions}>
      <TopicPage
        topic="ACT-LLM-LIVE"
        aside={open === null ? null : <RunSidePanel runId={open} onClose={close} />}
        actions={<Grouping />}
      >
        <LiveStrip />
        <LiveRuns />
      </TopicPage>
    </RunActionsProvider>
  );
}

function Grouping() {
  const [{ group }, setParams] = useAddress(liveParams);
  return (
    <label className="flex items-center gap-2 text-muted text-xs">
      Group by
      <select
        className="h-7 rounded-md border bg-raised px-2 text-ink text-xs"
        value={group ?? ""}
        onChange={(event) => setParams({ group: liveParams.group.parse(event.target.value) })}
      >
        <option value="">nothing</option>
        {groupings.map((grouping) => (
          <option key={grouping} value={grouping}>
            {grouping}
          </option>
        ))}
      </select>
    </label>
  );
}

type Doing = { deed: RunDeed; run: RunSummary } | null;

function LiveRuns() {
  useLiveProgress();
  const [params, setParams] = useAddress(liveParams);
  const list = useInfiniteQuery(api.pages(listLiveRuns, { query: liveQuery(params) }));
  // Outside of the table, which goes with its last row: what was typed stays.
  const [doing, setDoing] = useState<Doing>(null);
  const value = filterOf(liveFilters, params);
  return (
    <div className="flex min-w-0 flex-col pb-4">
      <FilterBar
        filters={liveFilters}
        value={value}
        onChange={(next) => setParams(paramsOf(liveFilters, liveParams, next))}
        placeholder="Filter live runs: status:paused agent:invoice-bot"
      />
      <ListView
        list={list}
        isFiltered={Object.keys(value).length > 0}
        onClear={() => setParams(paramsOf(liveFilters, liveParams, {}))}
        columns={liveColumns.length}
        firstUse={<NothingRuns />}
        table={(rows, total, more) => <LiveTable rows={rows} total={total} more={more} onDeed={setDoing} />}
      />
      <RunDeeds doing={doing} onClose={() => setDoing(null)} />
    </div>
  );
}

interface LiveTableProps {
  rows: readonly RunSummary[];
  total: Total;
  more: More;
  onDeed: (doing: Doing) => void;
}

function LiveTable({ rows, total, more, onDeed }: LiveTableProps) {
  const [{ group, open, sort }, setParams] = useAddress(liveParams);
  const rights = { mayWrite: useMay("runs:write"), mayOverride: useMay("policies:override") };
  return (
    <DataTable
      label="Live runs"
      columns={liveColumns}
      rows={group === null ? rows : grouped(rows, group)}
      rowId={(run) => run.run_id}
      rowHref={(run) => runHref(run.run_id)}
      onOpen={(run) => setParams({ open: run.run_id })}
      openId={open}
      sort={sort}
      onSort={(next) => setParams({ sort: liveParams.sort.parse(next) })}
      rowMenu={(run) => runMenu(run, rights, (deed, of) => onDeed({ deed, run: of }))}
      total={total}
      more={more}
      {...(group === null ? {} : { groupBy: (run: RunSummary) => groupOf(run, group) })}
    />
  );
}

function RunDeeds({ doing, onClose }: { doing: Doing; onClose: () => void }) {
  if (doing === null) return null;
  const { deed, run } = doing;
  if (deed === "cancel") return <CancelRun run={run} open onOpenChange={(open) => (open ? undefined : onClose())} />;
  return <ReleaseRun run={run} about={{ decision: deed, paused_at: run.paused_at, breach: null }} onClose={onClose} />;
}

const example = `curl -sS "$HOLDPOINT_URL/api/v1/runs" \\
  -H "Authorization: Bearer $HOLDPOINT_API_KEY" -H "Content-Type: application/json" \\
  -d '{"agent_id":"invoice-bot","goal":"Pay the open invoices"}'`;

function NothingRuns() {
  return (
    <>
      <EmptyState
        title="Nothing runs now"
        action={
          <>
            <ButtonLink href="/connectivity/sdk-integration">Connect a runner</ButtonLink>
            <ButtonLink href="/activity/completed" variant="quiet">
              Completed runs
            </ButtonLink>
          </>
        }
      >
        A run appears here the moment a runner starts it, and moves while its steps arrive.
      </EmptyState>
      <div className="mx-auto w-full max-w-2xl">
        <CodeBlock code={example} language="sh" label="Start a run" />
      </div>
    </>
  );
}
