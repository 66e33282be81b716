"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { DataTable } from "@/components/data/data-table";
import { ListView } from "@/components/data/query-view";
import { foundColumns } from "./columns";
import { entryHref } from "./entry-href";
import { searchPages } from "./log-search";
import type { SearchBody } from "./search-params";

interface FoundEntriesProps {
  label: string;
  body: SearchBody;
  openId: string | null;
  onOpen: (logId: string) => void;
  /** `time` or `-time`. */
  onSort: (sort: string) => void;
  onClear: () => void;
}

/** What a search by text found, one line an entry. */
export function FoundEntries({ label, body, openId, onOpen, onSort, onClear }: FoundEntriesProps) {
  const list = useInfiniteQuery(searchPages(body));
  return (
    <ListView
      list={list}
      isFiltered
      onClear={onClear}
      columns={foundColumns.length}
      firstUse={null}
      table={(rows, total, more) => (
        <DataTable
          label={label}
          columns={foundColumns}
          rows={rows}
          rowId={rowId}
          rowHref={(row) => entryHref(row.log_id)}
          onOpen={(row) => onOpen(row.log_id)}
          openId={openId}
          sort={body.sort ?? "-time"}
          onSort={onSort}
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
