import { eq } from "drizzle-orm";
import { runs } from "@/db/schema/activity";
import { policySnapshots } from "@/db/schema/policies";
import type { getActivity, RunActivity } from "@/server/activity/contract";
import { listReleases } from "@/server/activity/releases";
import { isLive } from "@/server/activity/rules";
import { factsOfRun } from "@/server/activity/run-list";
import { hasUnpriced, runActivity, wasReleased } from "@/server/activity/run-view";
import { shownHash } from "@/server/activity/shown-hash";
import { actorKey, type Principal } from "@/server/platform/auth/principal";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { Action, OutputOf } from "@/server/platform/http/contract";
import { NotFound } from "@/server/platform/http/problem";

/** One run with what the viewer may do to it. Throws NotFound. */
export async function activityOf(db: TenantDb, runId: string): Promise<OutputOf<typeof getActivity>> {
  const row = await db.first(runs, eq(runs.runId, runId));
  if (row === null) throw NotFound.with();
  const facts = { ...(await factsOfRun(db, runId)), unpriced: hasUnpriced(row.memory) };
  const snapshot = await snapshotOf(db, row.snapshotId);
  // Most runs were never paused, and their records are many.
  const decided = wasReleased(row.memory) ? await listReleases(db, runId) : { releases: [], total: 0 };
  const entity = runActivity(row, facts, { snapshot, ...decided });
  return { entity, actions: actionsOn(entity, db.principal) };
}

async function snapshotOf(db: TenantDb, id: string | null): Promise<RunActivity["policy_snapshot"]> {
  const snapshot = id === null ? null : await db.first(policySnapshots, eq(policySnapshots.id, id));
  if (snapshot === null) return null;
  return {
    snapshot_id: snapshot.id,
    content_hash: shownHash(snapshot.contentHash),
    policy_count: snapshot.policyCount,
  };
}

/** What may be done to the run now; each disabled action says why. */
export function actionsOn(run: RunActivity, principal: Principal): Action[] {
  const may = (permission: Parameters<Principal["permissions"]["has"]>[0]) =>
    principal.permissions.has(permission) ? null : `This needs the permission ${permission}.`;
  const mayOverride = may("policies:override") && "An owner or an admin decides: it needs policies:override.";
  const over = isLive(run.status) ? null : "The run is over.";
  const own = run.started_by === actorKey(principal) ? "Who started the run may not release it." : null;
  const paused = run.status === "paused" ? null : "The run is not paused.";
  return [
    action("cancel", "Cancel run", over ?? may("runs:write")),
    action("release", "Release", paused ?? mayOverride ?? own),
    action("replay", "Replay", may("activity:replay")),
  ];
}

function action(name: string, label: string, reason: string | null): Action {
  return { action: name, label, enabled: reason === null, reason };
}
