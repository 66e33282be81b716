import type { Metadata } from "next";
import { cancel, freeze, release, replay } from "@/app/(console)/activity/actions";
import { runReads } from "@/app/(console)/activity/run-prefetch";
import { Prefetched, pages, read } from "@/app/prefetched";
import { rangeOf } from "@/app/range";
import { CompletedView } from "@/components/activity/completed-view";
import { completedStripTopic } from "@/components/activity/live-reads";
import { completedParams, completedQuery } from "@/components/activity/search-params";
import { readAddress } from "@/components/data/address-params";
import { listCompletedRuns } from "@/server/activity/contract";
import { getSummary } from "@/server/overview/contract";

export const metadata: Metadata = { title: "Completed runs" };

export default async function CompletedPage({ searchParams }: PageProps<"/activity/completed">) {
  const params = await readAddress(completedParams, searchParams);
  const { since, until } = await rangeOf(searchParams);
  const bounds = { ...(since === null ? {} : { from: since }), ...(until === null ? {} : { to: until }) };
  const reads = [
    pages(listCompletedRuns, { query: completedQuery(params, { since, until }) }),
    read(getSummary, { query: { topic: [completedStripTopic], ...bounds } }),
    ...(params.open === null ? [] : runReads(params.open)),
  ];
  return (
    <Prefetched reads={reads}>
      <CompletedView actions={{ cancel, release, freeze, replay }} since={since} until={until} />
    </Prefetched>
  );
}
