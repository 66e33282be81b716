import { dehydrate, HydrationBoundary, QueryClient, type QueryKey } from "@tanstack/react-query";
import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { viewer } from "@/app/viewer";
import { answer } from "@/server/endpoints";
import type { Principal } from "@/server/platform/auth/principal";
import { keyOf, type ListEndpoint, pageOf, pagesKeyOf } from "@/server/platform/http/client";
import type { CallOf, Endpoint } from "@/server/platform/http/contract";
import { NotFound } from "@/server/platform/http/problem";

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

interface PrefetchedProps {
  reads: readonly Prefetch[];
  /** The key of the read that the whole page is about: where it finds nothing, there is no such page. */
  about?: QueryKey;
  children: ReactNode;
}

/** Its children find these reads in their caches. A read that fails is left to the browser, which shows why. */
export async function Prefetched({ reads, about, children }: Readonly<PrefetchedProps>) {
  const { principal } = await viewer();
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  await Promise.all(reads.map((prefetch) => prefetch(queries, principal)));
  if (about !== undefined && NotFound.matches(queries.getQueryState(about)?.error)) notFound();
  return <HydrationBoundary state={dehydrate(queries)}>{children}</HydrationBoundary>;
}
