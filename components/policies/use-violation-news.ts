"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { useLiveEvents } from "@/components/shell/live";
import { getSummary } from "@/server/overview/contract";
import { refresh } from "@/server/platform/http/client";
import { listViolations } from "@/server/policies/contract";

const topics = ["run.blocked", "step.refused"] as const;
const REFRESH_MS = 1_000;

/** Reads the violations anew when runs were held back, at most once a second. */
export function useViolationNews(): void {
  const queries = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(() => () => clearTimeout(timer.current ?? undefined), []);
  const onNews = useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = null;
      void refresh(queries, [listViolations, getSummary]);
    }, REFRESH_MS);
  }, [queries]);
  useLiveEvents(topics, onNews);
}
