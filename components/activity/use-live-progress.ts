"use client";

import { type InfiniteData, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { type LiveEvent, useLiveEvents } from "@/components/shell/live";
import { listLiveRuns } from "@/server/activity/contract";
import type { OutputOf } from "@/server/platform/http/contract";
import { pagesWithProgress, progressOf } from "./live-runs";

const progressTopics = ["run.progress"] as const;
type Pages = InfiniteData<OutputOf<typeof listLiveRuns>>;

/** Rows of every cached live list move while their steps arrive; nothing is read for it. */
export function useLiveProgress(): void {
  const queries = useQueryClient();
  const onProgress = useCallback(
    (event: LiveEvent) => {
      const progress = progressOf(event.payload);
      if (progress === null) return;
      queries.setQueriesData<Pages>({ queryKey: [listLiveRuns.id, "pages"] }, (data) =>
        data === undefined ? data : pagesWithProgress(data, progress),
      );
    },
    [queries],
  );
  useLiveEvents(progressTopics, onProgress);
}
