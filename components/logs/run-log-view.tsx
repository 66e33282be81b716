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
import { listRunRecords } from "@/server/logs/contract";
import { api } from "@/server/platform/http/client";
import { runLogColumns } from "./columns";
import { entryHref } from "./entry-href";
import { ExportMenu } from "./export-dialog";
import { FoundEntries } from "./found-entries";
import { runLogFilters } from "./log-filters";
import { type Bounds, runFilters, runLogParams, runLogQuery, searchBody } from "./search-params";

// Loaded when one is opened.
const EntryPanel = onDemand(async () => (await import("./entry-panel")).EntryPanel);

const parts: readonly StripPart[] = [
  { key: "total", label: "Records" },
  { key: "SUCCEEDED", label: "Succeeded" },
  { key: "FAILED", label: "Failed", tone: "error" },
  { key: "ABORTED", label: "Aborted" },
  { key: "TIMEOUT", label: "Timed out", tone: "review" },
  { key: "tokens", label: "Tokens" },
  { key: "cost", label: "Cost" },
];

/** Logs › LLM Runs: the immutable record of every run that is over. */
export function RunLogView({ since, until }: Bounds) {
  const bounds = { since, until };
  const [params, setParams] = useAddress(runLogParams);
  const value = filterOf(runLogFilters, params);
  const clear = () => setParams(paramsOf(runLogFilters, runLogParams, {}));
  const close = () => setParams({ open: null });
  return (
    <TopicPage
      topic="LOG-REC-LLM"
      actions={<ExportMenu scope="llm_run" q={params.q} filters={runFilters(params)} bounds={bounds} />}
      aside={!params.open ? null : <EntryPanel logId={params.open} onClose={close} />}
    >
      <TopicStrip topic="logs/llm-runs" parts={parts} since={since} until={until} />
      <FilterBar
        filters={runLogFilters}
        value={value}
        onChange={(next) => setParams(paramsOf(runLogFilters, runLogParams, next))}
        placeholder="Search, or filter: agent:mail-bot execution_status:failed"
      />
      {params.q === null ? (
        <RunRecords bounds={bounds} isFiltered={Object.keys(value).length > 0} onClear={clear} />
      ) : (
        <FoundRecords bounds={bounds} q={params.q} onClear={clear} />
      )}
    </TopicPage>
  );
}

function FoundRecords({ bounds, q, onClear }: { bounds: Bounds; q: string; onClear: () => void }) {
  const [params, setParams] = useAddress(runLogParams);
  const isOldestFirst = !params.sort.startsWith("-");
  return (
    <FoundEntries
      label="Run records that were found"
      body={searchBody({ topic: "llm_runs", q, filters: runFilters(params), isOldestFirst }, bounds)}
      openId={params.open}
      onOpen={(open) => setParams({ open })}
      onSort={(sort) => setParams({ sort: sort === "time" ? "started_at" : "-started_at" })}
      onClear={onClear}
    />
  );
}

function RunRecords({ bounds, isFiltered, onClear }: { bounds: Bounds; isFiltered: boolean; onClear: () => void }) {
  const [params, setParams] = useAddress(runLogParams);
  const list = useInfiniteQuery(api.pages(listRunRecords, { query: runLogQuery(params, bounds) }));
  return (
    <ListView
      list={list}
      isFiltered={isFiltered}
      onClear={onClear}
      columns={runLogColumns.length}
      firstUse={<NoRecords isWindow={bounds.since !== null || bounds.until !== null} />}
      table={(rows, total, more) => (
        <DataTable
          label="Records of runs"
          columns={runLogColumns}
          rows={rows}
          rowId={rowId}
          rowHref={(row) => entryHref(row.log_id)}
          onOpen={(row) => setParams({ open: row.log_id })}
          openId={params.open}
          sort={params.sort}
          onSort={(sort) => setParams({ sort: runLogParams.sort.parse(sort) })}
          total={total}
          more={more}
        />
      )}
    />
  );
}

function rowId({ log_id }: { log_id: string }): string {
  return log_id;
}

function NoRecords({ isWindow }: { isWindow: boolean }) {
  if (isWindow) {
    return (
      <EmptyState title="No run started in this time" action={<ButtonLink href="?range=all">Show all time</ButtonLink>}>
        Records are kept for ever; choose a longer time.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title="No run is on record yet"
      action={
        <ButtonLink variant="primary" href="/connectivity/sdk-integration">
          Connect a runner
        </ButtonLink>
      }
    >
      A run is recorded here when it is over, with the hashes that seal it.
    </EmptyState>
  );
}
