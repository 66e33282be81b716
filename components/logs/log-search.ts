"use client";
// A search is a POST, for its filters are many: as pages it is read like a list.

import { infiniteQueryOptions } from "@tanstack/react-query";
import { searchLogs } from "@/server/logs/contract";
import { api, keyOf } from "@/server/platform/http/client";
import type { SearchBody } from "./search-params";

const pageRows = 100;
const first: string | null = null;

export function searchPages(body: SearchBody) {
  return infiniteQueryOptions({
    queryKey: [...keyOf(searchLogs, { body }), "pages"],
    queryFn: ({ signal, pageParam }) => {
      const page = { page_size: pageRows, ...(pageParam === null ? {} : { cursor: pageParam }) };
      return api.call(searchLogs, { body: { ...body, ...page } }, { signal });
    },
    initialPageParam: first,
    getNextPageParam: (page) => page.pagination.next_cursor,
  });
}
