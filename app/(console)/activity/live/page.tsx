import type { Metadata } from "next";
import { cancel, freeze, release, replay } from "@/app/(console)/activity/actions";
import { runReads } from "@/app/(console)/activity/run-prefetch";
import { Prefetched, pages, read } from "@/app/prefetched";
import { liveStripRuns, liveStripTopic, timeRules } from "@/components/activity/live-reads";
import { LiveView } from "@/components/activity/live-view";
import { liveParams, liveQuery } from "@/components/activity/search-params";
import { readAddress } from "@/components/data/address-params";
import { listLiveRuns } from "@/server/activity/contract";
import { getSummary } from "@/server/overview/contract";
import { listRules } from "@/server/policies/contract";

export const metadata: Metadata = { title: "Live runs" };

export default async function LivePage({ searchParams }: PageProps<"/activity/live">) {
  const params = await readAddress(liveParams, searchParams);
  const reads = [
    pages(listLiveRuns, { query: liveQuery(params) }),
    pages(listLiveRuns, liveStripRuns),
    read(getSummary, { query: { topic: [liveStripTopic] } }),
    read(listRules, timeRules),
    ...(params.open === null ? [] : runReads(params.open)),
  ];
  return (
    <Prefetched reads={reads}>
      <LiveView actions={{ cancel, release, freeze, replay }} />
    </Prefetched>
  );
}
