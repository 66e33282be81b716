import { dehydrate, HydrationBoundary, QueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { viewer } from "@/app/viewer";
import { answer } from "@/server/endpoints";
import type { Principal } from "@/server/platform/auth/principal";
import { keyOf, type ListEndpoint, pageOf, pagesKeyOf } from "@/server/platform/http/client";
import type { CallOf, Endpoint } from "@/server/platform/http/contract";

/** Something that a page wants to have read before it is sent. */
export type Prefetch = (queries: QueryClient, principal: Principal) => Promise<void>;

/** One answer, for `useQuery(api.query(endpoint, input))`. */
export function read<E extends Endpoint>(endpoint: E, input: CallOf<E>): Prefetch {
  return (queries, principal) =>
    queries.prefetchQuery({ queryKey: keyOf(endpoint, input), queryFn: () => answer(endpoint, input, principal) });
}

/** The first page of a list, for `useInfiniteQuery(api.pages(endpoint, input))`. */
export function pages<E extends ListEndpoint>(endpoint: E, input: CallOf<E>): Prefetch {
  return (queries, principal) =>
    queries.prefetchInfiniteQuery({
      queryKey: pagesKeyOf(endpoint, input),
      queryFn: () => answer(endpoint, pageOf(input, null), principal),
      initialPageParam: null,
    });
}

/** Its children find these reads in their caches. A read that fails is left to the browser, which shows why. */
export async function Prefetched({ reads, children }: Readonly<{ reads: readonly Prefetch[]; children: ReactNode }>) {
  const { principal } = await viewer();
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  await Promise.all(reads.map((prefetch) => prefetch(queries, principal)));
  return <HydrationBoundary state={dehydrate(queries)}>{children}</HydrationBoundary>;
}
