"use client";

import type { InfiniteData, UseInfiniteQueryResult, UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { SkeletonRows } from "@/components/ui/skeleton";
import { ErrorState, FilteredEmpty, ForbiddenState, StaleBanner } from "@/components/ui/states";
import type { Pagination } from "@/server/platform/http/contract";
import { ProblemError } from "@/server/platform/http/problem";
import type { More, Total } from "./data-table";
import { Time } from "./time";

interface QueryViewProps<T> {
  query: UseQueryResult<T, Error>;
  skeleton: ReactNode;
  children: (data: T) => ReactNode;
}

/** What a read shows in each of its states; the last answer stays while a newer one is fetched or fails. */
export function QueryView<T>({ query, skeleton, children }: QueryViewProps<T>) {
  if (query.data === undefined) {
    if (query.error) return <Failed error={query.error} retry={() => void query.refetch()} />;
    return <>{skeleton}</>;
  }
  return (
    <>
      {query.error ? <StaleBanner at={<Time at={new Date(query.dataUpdatedAt).toISOString()} />} /> : null}
      {children(query.data)}
    </>
  );
}

interface Page<R> {
  items: R[];
  pagination: Pagination;
}

interface ListViewProps<R> {
  list: UseInfiniteQueryResult<InfiniteData<Page<R>>, Error>;
  table: (rows: R[], total: Total, more: More) => ReactNode;
  /** Shown when there is nothing at all: what to do to get something. */
  firstUse: ReactNode;
  isFiltered: boolean;
  onClear: () => void;
  /** For the skeleton. */
  columns?: number;
}

/** A list in all of its states: skeleton, forbidden, error, nothing yet, nothing by this filter, stale, rows. */
export function ListView<R>({ list, table, firstUse, isFiltered, onClear, columns = 6 }: ListViewProps<R>) {
  if (list.data === undefined) {
    if (list.error) return <Failed error={list.error} retry={() => void list.refetch()} />;
    return <SkeletonRows rows={12} columns={columns} />;
  }
  const rows = list.data.pages.flatMap((page) => page.items);
  const more: More = {
    hasMore: list.hasNextPage,
    loading: list.isFetchingNextPage,
    load: () => void list.fetchNextPage({ cancelRefetch: false }),
  };
  return (
    <>
      {list.error ? <StaleBanner at={<Time at={new Date(list.dataUpdatedAt).toISOString()} />} /> : null}
      {rows.length > 0 ? table(rows, totalOf(list.data), more) : null}
      {rows.length === 0 ? isFiltered ? <FilteredEmpty onClear={onClear} /> : firstUse : null}
    </>
  );
}

function totalOf<R>(data: InfiniteData<Page<R>>): Total {
  const pagination = data.pages[0]?.pagination;
  return { count: pagination?.total ?? 0, isLowerBound: pagination?.total_is_lower_bound === true };
}

/** A read that gave nothing: what permission is missing, or what went wrong. */
export function Failed({ error, retry }: { error: Error; retry?: () => void }) {
  const permission = missingPermissionOf(error);
  if (permission !== null) return <ForbiddenState permission={permission} />;
  return <ErrorState error={error} {...(retry ? { retry } : {})} />;
}

function missingPermissionOf(error: Error): string | null {
  if (!(error instanceof ProblemError) || error.status !== 403) return null;
  const { permission } = error.members;
  return typeof permission === "string" ? permission : null;
}
