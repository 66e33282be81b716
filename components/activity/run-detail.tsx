"use client";

import { useState } from "react";
import { useAddress } from "@/components/data/address";
import { onDemand } from "@/components/ui/on-demand";
import { Skeleton, SkeletonRows } from "@/components/ui/skeleton";
import type { RunActivity } from "@/server/activity/contract";
import type { Action } from "@/server/platform/http/contract";
import { LimitsPanel } from "./limits-panel";
import type { OpenDecision } from "./run-dialogs";
import { RunHeadline, RunLinks } from "./run-headline";
import { runParams } from "./search-params";
import { Tabs } from "./tabs";
import { useRunUpdates } from "./use-run-updates";
import { WhyPanel } from "./why-panel";

// Loaded when one is opened, or there are any. The server draws what is open with the page; its code comes after the rest.
const PoliciesPanel = onDemand(async () => (await import("./policies-panel")).PoliciesPanel);
const ProofPanel = onDemand(async () => (await import("./proof-panel")).ProofPanel);
const ReleasesPanel = onDemand(async () => (await import("./releases-panel")).ReleasesPanel);
const ReleaseRun = onDemand(async () => (await import("./run-dialogs")).ReleaseRun);
const ReplayPanel = onDemand(async () => (await import("./replay-panel")).ReplayPanel);
const TracePanel = onDemand(async () => (await import("./trace-panel")).TracePanel);

interface RunDetailProps {
  run: RunActivity;
  actions: readonly Action[];
  /** Beside a list: one column. */
  isPanel?: boolean;
}

const tabs = [
  { id: "trace", label: "Trace" },
  { id: "replay", label: "Replay" },
  { id: "policies", label: "Frozen policies" },
  { id: "proof", label: "Proof" },
] as const;

/** One run, the same on its page and in the panel: what happened first, then everything it rests on. */
export function RunDetail({ run, actions, isPanel = false }: RunDetailProps) {
  useRunUpdates(run);
  const [{ tab }, setParams] = useAddress(runParams);
  // Outside of what a decision by somebody else takes away, so that what was typed stays.
  const [about, setAbout] = useState<OpenDecision | null>(null);
  return (
    <div className="flex min-w-0 flex-col gap-5">
      <RunHeadline run={run} />
      <WhyPanel run={run} actions={actions} onDecide={setAbout} />
      {about === null ? null : <ReleaseRun run={run} now={run} about={about} onClose={() => setAbout(null)} />}
      {run.releases.length === 0 ? null : <ReleasesPanel releases={run.releases} total={run.releases_total} />}
      {run.refusal_reason === null ? <LimitsPanel run={run} /> : null}
      <Tabs label="Parts of the run" tabs={tabs} current={tab} onSelect={(id) => setParams({ tab: id })}>
        <div className="min-h-112">
          {tab === "trace" ? <TracePanel run={run} isNarrow={isPanel} /> : null}
          {tab === "replay" ? <ReplayPanel run={run} action={actions.find((one) => one.action === "replay")} /> : null}
          {tab === "policies" ? <PoliciesPanel snapshotId={run.snapshot_id} /> : null}
          {tab === "proof" ? <ProofPanel run={run} /> : null}
        </div>
      </Tabs>
      <RunLinks run={run} />
    </div>
  );
}

export function RunSkeleton() {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-5">
      <div className="flex gap-8">
        {["state", "since", "took", "steps", "tokens"].map((part) => (
          <Skeleton key={part} className="h-9 w-20" />
        ))}
      </div>
      <Skeleton className="h-6 w-3/4" />
      <SkeletonRows rows={6} columns={4} />
    </div>
  );
}
