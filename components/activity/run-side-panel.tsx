"use client";

import { useQuery } from "@tanstack/react-query";
import { useAddress } from "@/components/data/address";
import { QueryView } from "@/components/data/query-view";
import { SidePanel } from "@/components/data/side-panel";
import { getActivity } from "@/server/activity/contract";
import { api } from "@/server/platform/http/client";
import { RunDetail, RunSkeleton } from "./run-detail";
import { runHref } from "./run-href";
import { ofRun } from "./run-reads";
import { RunToolbar } from "./run-toolbar";
import { runParams } from "./search-params";

/** The run beside the list it stands in. */
export function RunSidePanel({ runId, onClose }: { runId: string; onClose: () => void }) {
  const [, setParams] = useAddress(runParams);
  const query = useQuery(api.query(getActivity, ofRun(runId)));
  function close(): void {
    setParams({ tab: null, row: null });
    onClose();
  }
  const run = query.data?.entity;
  return (
    <SidePanel title={run === undefined ? "Run" : run.agent_id} href={runHref(runId)} onClose={close}>
      <QueryView query={query} skeleton={<RunSkeleton />}>
        {({ entity, actions }) => (
          <div className="flex flex-col gap-4">
            <div className="flex items-start gap-2">
              <p className="min-w-0 flex-1 break-words text-muted">{entity.goal ?? "No goal was given"}</p>
              <RunToolbar run={entity} actions={actions} />
            </div>
            <RunDetail key={entity.run_id} run={entity} actions={actions} isPanel />
          </div>
        )}
      </QueryView>
    </SidePanel>
  );
}
