"use client";

import { type InfiniteData, type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { type LiveEvent, useLiveEvents } from "@/components/shell/live";
import { getActivity, listTraceSteps, type RunActivity } from "@/server/activity/contract";
import { getRun } from "@/server/gate/contract";
import { api, keyOf, pageOf, pagesKeyOf } from "@/server/platform/http/client";
import type { OutputOf } from "@/server/platform/http/contract";
import { progressOf, withProgress } from "./live-runs";
import { ofRun, stepsOf } from "./run-reads";

const progressTopics = ["run.progress"] as const;
const LOOK_MS = 1_000;

type Detail = OutputOf<typeof getActivity>;
type Steps = InfiniteData<OutputOf<typeof listTraceSteps>, string | null>;

/** Keeps a run that is looked at up to date while its steps arrive: figures at once, steps and limits once a second. */
export function useRunUpdates(run: Pick<RunActivity, "run_id" | "trace_id"> | null): void {
  const queries = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(() => () => clearTimeout(timer.current ?? undefined), []);
  const run_id = run?.run_id;
  const trace_id = run?.trace_id;
  const onProgress = useCallback(
    (event: LiveEvent) => {
      const progress = progressOf(event.payload);
      if (progress === null || trace_id === undefined || progress.run_id !== run_id) return;
      queries.setQueryData<Detail>(keyOf(getActivity, ofRun(progress.run_id)), (detail) =>
        detail === undefined ? detail : { ...detail, entity: withProgress(detail.entity, progress) },
      );
      timer.current ??= setTimeout(() => {
        timer.current = null;
        void queries.invalidateQueries({ queryKey: keyOf(getRun, ofRun(progress.run_id)) });
        void readTail(queries, trace_id);
      }, LOOK_MS);
    },
    [queries, run_id, trace_id],
  );
  useLiveEvents(progressTopics, onProgress);
}

// Only the last page of a trace can have new steps; those in earlier ones that settle late are read with the run's next event.
async function readTail(queries: QueryClient, trace_id: string): Promise<void> {
  const key = pagesKeyOf(listTraceSteps, stepsOf(trace_id));
  const known = queries.getQueryData<Steps>(key);
  if (known === undefined || known.pages.length === 0) return;
  const page = await api
    .call(listTraceSteps, pageOf(stepsOf(trace_id), known.pageParams.at(-1) ?? null))
    .catch(() => null);
  queries.setQueryData<Steps>(key, (data) =>
    page === null || data === undefined || data.pages.length !== known.pages.length
      ? data
      : { ...data, pages: data.pages.with(-1, page) },
  );
}
