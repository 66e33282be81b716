"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { IncidentSummary } from "@/server/incidents/contract";
import { refresh } from "@/server/platform/http/client";
import { incidentReads } from "./reads";
import { useIncidentActions } from "./server-actions";

/** One after the other, so that an incident that cannot be acknowledged leaves the others alone. */
export function useAcknowledgeAll() {
  const { acknowledge } = useIncidentActions();
  const queries = useQueryClient();
  const [done, setDone] = useState<ReadonlySet<string>>(new Set());
  const [failed, setFailed] = useState<ReadonlyMap<string, string>>(new Map());
  const [isRunning, setRunning] = useState(false);

  /** Answers how many failed. */
  async function run(rows: readonly IncidentSummary[]): Promise<number> {
    setRunning(true);
    const failures = new Map<string, string>();
    for (const { incident_id } of rows.filter((row) => !done.has(row.incident_id))) {
      const form = new FormData();
      form.set("incident_id", incident_id);
      const answer = await acknowledge(null, form).catch(() => null);
      if (answer?.ok) setDone((before) => new Set(before).add(incident_id));
      else failures.set(incident_id, answer?.problem.title ?? "The server cannot be reached");
    }
    setFailed(failures);
    setRunning(false);
    await refresh(queries, incidentReads);
    return failures.size;
  }

  return { run, done, failed, isRunning };
}
