// Who let a pause go on or denied it, from the run's own records: the chain has it, whoever may read the audit log.

import type { RunRelease } from "@/server/activity/contract";
import { bodyOf } from "@/server/activity/step-view";
import { bodyIn } from "@/server/evidence/record";
import type { TenantDb } from "@/server/platform/db/tenant-db";

/** Of very many the newest: a run may be paused anew at every step. */
const MOST = 20;

/** Oldest first. A pause that nobody released in time has none. */
export async function listReleases(db: TenantDb, runId: string): Promise<RunRelease[]> {
  const rows = await db.sql<{ recorded_at: Date; canonical: Buffer }>`
    select r.recorded_at, r.canonical from trace_records r
    where ${db.mine("r")} and r.run_id = ${runId} and r.kind = 'release' order by r.seq desc limit ${MOST}`;
  return rows.flatMap((row) => releaseIn(row) ?? []).reverse();
}

// Bytes that somebody changed are for the verification to find: here they name nobody.
function releaseIn({ recorded_at, canonical }: { recorded_at: Date; canonical: Buffer }): RunRelease | null {
  const { release, actor } = bodyOf(bodyIn(canonical));
  const { decision, reason } = bodyOf(release);
  const { actor_type, actor_id } = bodyOf(actor);
  if ((decision !== "approve" && decision !== "deny") || typeof actor_id !== "string") return null;
  if (actor_type !== "user" && actor_type !== "key" && actor_type !== "system") return null;
  const by = `${actor_type}:${actor_id}`;
  return { decision, reason: typeof reason === "string" ? reason : null, by, at: recorded_at.toISOString() };
}
