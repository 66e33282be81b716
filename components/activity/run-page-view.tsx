"use client";

import { useQuery } from "@tanstack/react-query";
import { shortId } from "@/components/data/format";
import { QueryView } from "@/components/data/query-view";
import { DetailPage } from "@/components/shell/detail-page";
import { getActivity } from "@/server/activity/contract";
import { api } from "@/server/platform/http/client";
import { RunDetail, RunSkeleton } from "./run-detail";
import { ofRun } from "./run-reads";
import { type RunActions, RunActionsProvider } from "./run-server-actions";
import { RunToolbar } from "./run-toolbar";

/** A run as a page. */
export function RunPageView({ runId, actions }: { runId: string; actions: RunActions }) {
  const query = useQuery(api.query(getActivity, ofRun(runId)));
  const run = query.data?.entity;
  const list = run?.state === "live" ? "Live" : "Completed";
  return (
    <RunActionsProvider actions={actions}>
      <DetailPage
        crumbs={[
          { label: "Activity", href: "/activity/live" },
          { label: list, href: `/activity/${list.toLowerCase()}` },
          { label: `Run ${shortId(runId)}` },
        ]}
        title={run === undefined ? "Run" : titleOf(run.agent_id, run.goal)}
        actions={query.data === undefined ? null : <RunToolbar run={query.data.entity} actions={query.data.actions} />}
      >
        <div className="px-4 py-4">
          <QueryView query={query} skeleton={<RunSkeleton />}>
            {(detail) => <RunDetail run={detail.entity} actions={detail.actions} />}
          </QueryView>
        </div>
      </DetailPage>
    </RunActionsProvider>
  );
}

function titleOf(agent: string, goal: string | null): string {
  return goal === null ? agent : `${agent}: ${goal}`;
}
