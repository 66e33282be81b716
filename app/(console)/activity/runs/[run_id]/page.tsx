import type { Metadata } from "next";
import { cancel, freeze, release, replay } from "@/app/(console)/activity/actions";
import { runReads } from "@/app/(console)/activity/run-prefetch";
import { Prefetched } from "@/app/prefetched";
import { RunPageView } from "@/components/activity/run-page-view";
import { ofRun } from "@/components/activity/run-reads";
import { getActivity } from "@/server/activity/contract";
import { keyOf } from "@/server/platform/http/client";

export const metadata: Metadata = { title: "Run" };

export default async function RunPage({ params }: PageProps<"/activity/runs/[run_id]">) {
  const { run_id } = await params;
  return (
    <Prefetched about={keyOf(getActivity, ofRun(run_id))} reads={runReads(run_id)}>
      <RunPageView runId={run_id} actions={{ cancel, release, freeze, replay }} />
    </Prefetched>
  );
}
