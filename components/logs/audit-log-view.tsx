"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { capitalised } from "@/components/account/actor-names";
import { useActorName } from "@/components/account/use-actor-names";
import { useAddress } from "@/components/data/address";
import { DataTable, type More, type Total } from "@/components/data/data-table";
import { FilterBar } from "@/components/data/filter-bar";
import { filterOf, paramsOf } from "@/components/data/filter-params";
import { ListView } from "@/components/data/query-view";
import { TopicPage } from "@/components/shell/topic-page";
import { type StripPart, TopicStrip } from "@/components/shell/topic-strip";
import { ButtonLink } from "@/components/ui/button";
import type { MenuItem } from "@/components/ui/menu";
import { onDemand } from "@/components/ui/on-demand";
import { EmptyState } from "@/components/ui/states";
import { type AuditRecord, listAuditLog } from "@/server/logs/contract";
import { api } from "@/server/platform/http/client";
import { auditColumns } from "./columns";
import { entryHref } from "./entry-href";
import { ExportMenu } from "./export-dialog";
import { FoundEntries } from "./found-entries";
import { IntegrityPanel } from "./integrity-panel";
import { auditLogFilters } from "./log-filters";
import { auditFilters, auditLogParams, auditLogQuery, type Bounds, searchBody } from "./search-params";

// Loaded when one is opened.
const EntryPanel = onDemand(async () => (await import("./entry-panel")).EntryPanel);

const parts: readonly StripPart[] = [
  { key: "total", label: "Entries" },
  { key: "user", label: "By people" },
  { key: "key", label: "By API keys" },
  { key: "system", label: "By Holdpoint" },
  { key: "actors", label: "Actors" },
  { key: "last_entry", label: "Last entry" },
];

/** Logs › Audit Logs: who did what, and whether the record of it is whole. */
export function AuditLogView(bounds: Bounds) {
  const [{ open, ...params }, setParams] = useAddress(auditLogParams);
  return (
    <TopicPage
      topic="LOG-REC-AUD"
      actions={<ExportMenu scope="audit" q={params.q} filters={auditFilters({ ...params, open })} bounds={bounds} />}
      aside={!open ? null : <EntryPanel logId={open} onClose={() => setParams({ open: null })} />}
    >
      <TopicStrip topic="logs/audit-logs" parts={parts} since={bounds.since} until={bounds.until} />
      <IntegrityPanel since={bounds.since} until={bounds.until} />
      <Entries since={bounds.since} until={bounds.until} />
    </TopicPage>
  );
}

function Entries(bounds: Bounds) {
  const [params, setParams] = useAddress(auditLogParams);
  const list = useInfiniteQuery({
    ...api.pages(listAuditLog, { query: auditLogQuery(params, bounds) }),
    enabled: params.q === null,
  });
  const loaded = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const filters = useMemo(() => auditLogFilters(loaded), [loaded]);
  const value = filterOf(filters, params);
  const clear = () => setParams(paramsOf(filters, auditLogParams, {}));
  return (
    <>
      <FilterBar
        filters={filters}
        value={value}
        onChange={(next) => setParams(paramsOf(filters, auditLogParams, next))}
        placeholder="Search, or filter: actor_type:user entity_type:policy"
      />
      {params.q === null ? (
        <ListView
          list={list}
          isFiltered={Object.keys(value).length > 0}
          onClear={clear}
          columns={5}
          firstUse={<NoEntries isWindow={bounds.since !== null || bounds.until !== null} />}
          table={(rows, total, more) => <AuditTable rows={rows} total={total} more={more} />}
        />
      ) : (
        <FoundInAudit bounds={bounds} q={params.q} onClear={clear} />
      )}
    </>
  );
}

function FoundInAudit({ bounds, q, onClear }: { bounds: Bounds; q: string; onClear: () => void }) {
  const [params, setParams] = useAddress(auditLogParams);
  const isOldestFirst = !params.sort.startsWith("-");
  return (
    <FoundEntries
      label="Audit entries that were found"
      body={searchBody({ topic: "audit", q, filters: auditFilters(params), isOldestFirst }, bounds)}
      openId={params.open}
      onOpen={(open) => setParams({ open })}
      onSort={(sort) => setParams({ sort: sort === "time" ? "recorded_at" : "-recorded_at" })}
      onClear={onClear}
    />
  );
}

interface AuditTableProps {
  rows: AuditRecord[];
  total: Total;
  more: More;
}

function AuditTable({ rows, total, more }: AuditTableProps) {
  const [params, setParams] = useAddress(auditLogParams);
  const nameOf = useActorName();
  const columns = useMemo(() => auditColumns((actor) => capitalised(nameOf(actor))), [nameOf]);
  const menu = ({ action, actor_type, actor_id, entity_type, entity_id }: AuditRecord): MenuItem[] => [
    {
      id: "actor",
      label: "Only this actor",
      onSelect: () => setParams({ actor_type: actorTypeOf(actor_type), actor_id }),
    },
    { id: "entity", label: "Only this entity", onSelect: () => setParams({ entity_type, entity_id }) },
    { id: "action", label: "Only this action", onSelect: () => setParams({ action: [action] }) },
  ];
  return (
    <DataTable
      label="Audit entries"
      columns={columns}
      rows={rows}
      rowId={rowId}
      rowHref={(row) => entryHref(row.log_id)}
      onOpen={(row) => setParams({ open: row.log_id })}
      openId={params.open}
      sort={params.sort}
      onSort={(sort) => setParams({ sort: auditLogParams.sort.parse(sort) })}
      rowMenu={menu}
      total={total}
      more={more}
    />
  );
}

function rowId({ log_id }: { log_id: string }): string {
  return log_id;
}

function actorTypeOf(text: string) {
  return auditLogParams.actor_type.parse(text);
}

function NoEntries({ isWindow }: { isWindow: boolean }) {
  if (!isWindow) return <EmptyState title="Nothing was done yet">Every change leaves an entry here.</EmptyState>;
  return (
    <EmptyState title="Nothing was done in this time" action={<ButtonLink href="?range=all">Show all time</ButtonLink>}>
      Entries are never deleted; choose a longer time.
    </EmptyState>
  );
}
