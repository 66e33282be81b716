// Who in this process wants to know when a run has changed. Changes that another process commits are not told here.

import { once } from "@/server/platform/env/once";

type Listener = () => void;

function listeners(): Map<string, Set<Listener>> {
  return once("gate-listeners", () => new Map<string, Set<Listener>>());
}

/** Calls `listener` after each commit of this process that may have changed the run; returns how to end that. */
export function onChange(tenantId: string, runId: string, listener: Listener): () => void {
  const key = `${tenantId}/${runId}`;
  const own = listeners().get(key) ?? new Set();
  listeners().set(key, own.add(listener));
  return () => {
    own.delete(listener);
    if (own.size === 0 && listeners().get(key) === own) listeners().delete(key);
  };
}

export function tellChanged(tenantId: string, runId: string): void {
  const all = listeners();
  if (all.size === 0) return;
  for (const listener of all.get(`${tenantId}/${runId}`) ?? []) listener();
}
