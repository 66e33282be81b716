"use client";

import { useQuery } from "@tanstack/react-query";
import type { RunActivity } from "@/server/activity/contract";
import { api } from "@/server/platform/http/client";
import { getLimit, getSnapshot, listVersions, listViolations } from "@/server/policies/contract";
import type { Limit, PolicyVersion } from "@/server/policies/wire";
import { frozenPolicies, type Winner, winnerOf } from "./frozen-policies";
import { violationsOf } from "./run-reads";
import { type Breach, breachOf, whyOf } from "./why";

interface Author {
  by: string;
  at: string;
  /** Of the version that acted. */
  version: number | null;
  /** The newest version; another one than the one that acted means that it was changed since. */
  newest: number | null;
}

export interface Why {
  sentence: string;
  breach: Breach | null;
  /** What the limit had won against; null where that is not known (yet). */
  winner: Winner | null;
  /** The expression of a rule that has one instead of a threshold. */
  condition: string | null;
  author: Author | null;
  /** Who set it and what it overrode are still being read. */
  areFactsPending: boolean;
}

/** Why the run does not go on; null while it does, or when it ended well. */
export function useWhy(run: RunActivity): Why | null {
  const isAbout = run.violation !== null || run.status === "paused" || run.refusal_reason !== null;
  const acted = useQuery({ ...api.query(listViolations, violationsOf(run.run_id)), enabled: isAbout });
  const breach = breachOf(run, acted.data?.items ?? []);
  const snapshot = useQuery({
    ...api.query(getSnapshot, { params: { snapshot_id: run.snapshot_id ?? "" } }),
    enabled: breach !== null && run.snapshot_id !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { author, isAuthorPending } = useAuthor(breach);
  const sentence = whyOf(run, breach, run.error?.message ?? null);
  if (sentence === null) return null;
  const frozen = snapshot.data === undefined ? null : frozenPolicies(snapshot.data.entity);
  const winner = frozen === null || breach === null ? null : winnerOf(frozen, breach);
  const rule = frozen?.rules.find((one) => one.policy_id === breach?.policy_id);
  const condition = rule?.condition ?? null;
  const areFactsPending = acted.isLoading || snapshot.isLoading || isAuthorPending;
  return { sentence, breach, winner, condition, author, areFactsPending };
}

function useAuthor(breach: Breach | null): { author: Author | null; isAuthorPending: boolean } {
  const policy_id = breach?.policy_id ?? null;
  const limit_id = breach?.limit_id ?? null;
  const versions = useQuery({
    ...api.query(listVersions, { params: { policy_id: policy_id ?? "" }, query: { page_size: 100 } }),
    enabled: policy_id !== null,
  });
  const limit = useQuery({
    ...api.query(getLimit, { params: { limit_id: limit_id ?? "" } }),
    enabled: limit_id !== null,
  });
  const isAuthorPending = versions.isLoading || limit.isLoading;
  const acted = breach?.policy_version ?? null;
  const author =
    policy_id === null ? authorOfLimit(limit.data?.entity, acted) : authorOfVersion(versions.data?.items ?? [], acted);
  return { author, isAuthorPending };
}

/** `items`: newest first. Where it is not known which version acted, the newest is shown. */
function authorOfVersion(items: readonly PolicyVersion[], acted: number | null): Author | null {
  const found = items.find((item) => item.version === acted) ?? (acted === null ? items[0] : undefined);
  if (found === undefined) return null;
  return { by: found.created_by, at: found.created_at, version: found.version, newest: items[0]?.version ?? null };
}

// Limits keep no versions: who changed it last is who set it, unless it was changed after it acted.
function authorOfLimit(limit: Limit | undefined, acted: number | null): Author | null {
  if (limit === undefined) return null;
  return { by: limit.updated_by, at: limit.updated_at, version: acted, newest: limit.version };
}
