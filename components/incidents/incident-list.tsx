"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { type Column, DataTable } from "@/components/data/data-table";
import { FilterBar } from "@/components/data/filter-bar";
import type { FilterDef, FilterValue } from "@/components/data/filter-value";
import { ListView } from "@/components/data/query-view";
import { onDemand } from "@/components/ui/on-demand";
import type { IncidentSummary, listIncidents, listResolvedIncidents } from "@/server/incidents/contract";
import { api } from "@/server/platform/http/client";
import type { CallOf } from "@/server/platform/http/contract";
import { SelectionBar } from "./selection-bar";
import { useTriage } from "./use-triage";

// Loaded when one is opened.
const IncidentDialog = onDemand(async () => (await import("./incident-dialog")).IncidentDialog);

type Lists = typeof listIncidents | typeof listResolvedIncidents;

interface IncidentListProps<E extends Lists> {
  endpoint: E;
  input: CallOf<E>;
  /** For screen readers. */
  label: string;
  columns: readonly Column<IncidentSummary>[];
  filters: readonly FilterDef[];
  value: FilterValue;
  onFilter: (value: FilterValue) => void;
  placeholder: string;
  openId: string | null;
  onOpen: (incidentId: string) => void;
  sort: string;
  onSort: (sort: string) => void;
  firstUse: ReactNode;
  /** Rows can be chosen, to take them on together. */
  canSelect?: boolean;
}

/** A list of incidents with its filters, keys, row menus and the dialogs that these open. */
export function IncidentList<E extends Lists>(props: IncidentListProps<E>) {
  const { filters, value, onFilter, placeholder, columns, openId, onOpen } = props;
  const list = useInfiniteQuery(api.pages<Lists>(props.endpoint, props.input));
  const known = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const triage = useTriage({ rows: known, openId, onOpen });
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const selection = props.canSelect ? { selected, onSelect: setSelected } : {};
  return (
    <div className="flex min-w-0 flex-col pb-4">
      <FilterBar filters={filters} value={value} onChange={onFilter} placeholder={placeholder} />
      <ListView
        list={list}
        isFiltered={Object.keys(value).length > 0}
        onClear={() => onFilter({})}
        columns={columns.length}
        firstUse={props.firstUse}
        table={(rows, total, more) => (
          <DataTable
            {...{ label: props.label, columns, rows, openId, total, more, ...selection }}
            rowId={(row) => row.incident_id}
            rowHref={(row) => `/incidents/${row.incident_id}`}
            onOpen={(row) => onOpen(row.incident_id)}
            sort={props.sort}
            onSort={props.onSort}
            rowMenu={triage.menu}
          />
        )}
      />
      <SelectionBar
        rows={known.filter((row) => selected.has(row.incident_id))}
        onClear={() => setSelected(new Set())}
      />
      {triage.deed === null ? null : <IncidentDialog {...triage.deed} onClose={triage.finish} />}
    </div>
  );
}
