// Overrides and their like: who let something pass that a policy would have held.

import { bodyOf } from "@/server/activity/step-view";
import { bodyIn } from "@/server/evidence/record";
import type { OverrideEvidence, Search } from "@/server/exports/content/bundle-types";
import type { Subject } from "@/server/exports/content/subject";
import type { TenantDb } from "@/server/platform/db/tenant-db";

type ReleaseRow = { run_id: string; seq: number; recorded_at: Date; started_by: string };
/** `by`: `<actor_type>:<actor_id>`. */
type Release = ReleaseRow & { by: string | null; reason: string | null };

/** Of the run itself; leaves of overrides are looked for in the whole log, because they name no run. */
export async function overridesOfRun(subject: Subject): Promise<Search<OverrideEvidence>> {
  const { db, run, questions, names } = subject;
  const looked_for = "limit overrides, policy overrides, and paused runs that somebody released, of this run";
  const rows = run === null ? [] : await releasesOf(db, { runId: run.runId });
  questions.note({
    id: "overrides_of_run",
    reads: ["trace_records"],
    condition:
      "run_id = run_id and kind = 'release' and the decision is approve; limit and policy overrides do not exist yet",
    parameters: { run_id: run?.runId ?? null },
    rows: rows.length,
  });
  return { looked_for, items: rows.map((row) => releaseEvidence(row, names)) };
}

/** Approved releases of paused runs, oldest first. */
export async function releasesOf(
  db: TenantDb,
  of: { runId: string } | { from: Date; to: Date },
): Promise<readonly Release[]> {
  const where =
    "runId" in of
      ? db.fragment`r.run_id = ${of.runId}`
      : db.fragment`u.started_at < ${of.to} and (u.completed_at is null or u.completed_at >= ${of.from})
        and r.recorded_at >= ${of.from} and r.recorded_at < ${of.to}`;
  const rows = await db.sql<ReleaseRow & { canonical: Buffer }>`
    select r.run_id, r.seq, r.recorded_at, r.canonical, u.started_by
    from runs u join trace_records r on r.tenant_id = u.tenant_id and r.run_id = u.run_id
    where ${db.mine("u")} and ${where} and r.kind = 'release'
    order by r.recorded_at, r.run_id, r.seq`;
  return rows.flatMap(({ canonical, ...row }) => {
    const { release, actor } = bodyOf(bodyIn(canonical));
    const { decision, reason } = bodyOf(release);
    const { actor_type, actor_id } = bodyOf(actor);
    const by = typeof actor_type === "string" && typeof actor_id === "string" ? `${actor_type}:${actor_id}` : null;
    return decision === "approve" ? [{ ...row, by, reason: typeof reason === "string" ? reason : null }] : [];
  });
}

export function releaseEvidence(row: Release, names: Subject["names"]): OverrideEvidence {
  return {
    override_id: `${row.run_id}/${row.seq}`,
    kind: "hold_release",
    at: row.recorded_at.toISOString(),
    ends_at: null,
    requested_by: names.of(row.started_by),
    approved_by: names.orNull(row.by),
    target: "a paused run",
    reason: row.reason,
    run_id: row.run_id,
  };
}
