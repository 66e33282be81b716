// A run's pauses and who let them go on or denied them, from its own records: the chain has it, whoever may read the audit log.

import type { RunRelease } from "@/server/activity/contract";
import { bodyOf } from "@/server/activity/step-view";
import { bodyIn } from "@/server/evidence/record";
import type { TenantDb } from "@/server/platform/db/tenant-db";

/** Of very many the newest: a run may be paused anew at every step. */
const MOST = 20;
/** People decide about each of them: more than anybody ever will. */
const MOST_PAUSES = 1_000;

/** The newest decisions, oldest first, and how many there are of them. A pause that nobody released in time has none. */
export async function listReleases(db: TenantDb, runId: string): Promise<{ releases: RunRelease[]; total: number }> {
  const rows = await db.sql<{ recorded_at: Date; canonical: Buffer; total: number }>`
    select r.recorded_at, r.canonical, (count(*) over ())::int as total from trace_records r
    where ${db.mine("r")} and r.run_id = ${runId} and r.kind = 'release' order by r.seq desc limit ${MOST}`;
  return { releases: rows.flatMap((row) => releaseIn(row) ?? []).reverse(), total: rows[0]?.total ?? 0 };
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

/** Once that a policy or limit paused the run. */
export type RunPause = {
  /** Of the record that holds its decision. */
  seq: number;
  at: Date;
  step_index: number;
  reason: string;
  incident_id: string | null;
  /** The step was held back before it ran; otherwise it was its result, or time, that paused the run. */
  isHeld: boolean;
  /** Of the step that was held back. */
  skill: string | null;
  /** Null while it waits, where nobody released it in time, and where it waited behind another pause. */
  release: RunRelease | null;
  release_seq: number | null;
};

type PauseRow = {
  seq: number;
  recorded_at: Date;
  step_index: number | null;
  reason: string;
  incident_id: string | null;
  kind: string | null;
  canonical: Buffer | null;
  release_seq: number | null;
  released_at: Date | null;
  release: Buffer | null;
};

/** The newest, oldest first. A run waits for one decision at a time: it is the first of the pauses that nobody had decided before. */
export async function listPauses(db: TenantDb, runId: string): Promise<RunPause[]> {
  const rows = await db.sql<PauseRow>`
    select e.seq, e.recorded_at, e.step_index, e.reason, e.incident_id, p.kind, p.canonical,
      d.seq as release_seq, d.recorded_at as released_at, d.canonical as release
    from policy_enforcements e
    left join trace_records p on p.tenant_id = e.tenant_id and p.run_id = e.run_id and p.seq = e.seq
    left join lateral (
      select r.seq, r.recorded_at, r.canonical from trace_records r
      where ${db.mine("r")} and r.run_id = e.run_id and r.seq > e.seq and r.kind = 'release' order by r.seq limit 1
    ) d on true
    where ${db.mine("e")} and e.run_id = ${runId} and e.action = 'paused' and e.seq is not null
      and (select ${wasPaused(db)} from runs u where ${db.mine("u")} and u.run_id = ${runId})
    order by e.seq desc limit ${MOST_PAUSES}`;
  const inOrder = [...rows].reverse();
  return inOrder.map((row, at) => pauseOf(row, inOrder[at - 1]?.release_seq !== row.release_seq));
}

// Asked first: most runs never were, and what was enforced on a run may be much.
function wasPaused(db: TenantDb) {
  return db.fragment`u.paused_at is not null or u.paused_ms > 0 or u.memory -> 'release' is not null`;
}

function pauseOf(row: PauseRow, isWaitedFor: boolean): RunPause {
  const { release_seq, released_at, release, canonical } = row;
  const step = row.kind === "pause" && canonical !== null ? bodyOf(bodyIn(canonical)).step : undefined;
  const { skill } = bodyOf(step);
  const isReleased = isWaitedFor && released_at !== null && release !== null;
  return {
    seq: row.seq,
    at: row.recorded_at,
    step_index: row.step_index ?? 0,
    reason: row.reason,
    incident_id: row.incident_id,
    isHeld: step !== undefined,
    skill: typeof skill === "string" ? skill : null,
    release: isReleased ? releaseIn({ recorded_at: released_at, canonical: release }) : null,
    release_seq: isReleased ? release_seq : null,
  };
}
