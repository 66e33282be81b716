// The run as its readers see it: the same object as complete and cancel answer, read without locks.

import type { TenantDb } from "@/server/platform/db/tenant-db";
import { governanceOf } from "./governance";
import { addCounters, bookOf } from "./load";
import { runDetail } from "./run-detail";
import { readControl, readRuns, readUnsettled } from "./store";
import type { RunDetail } from "./wire";
import { emptyWorld } from "./world";

/** The run's detail; null when there is no such run. */
export async function viewRun(db: TenantDb, runId: string): Promise<RunDetail | null> {
  const [found, unsettled, control] = await Promise.all([
    readRuns(db, [runId]),
    readUnsettled(db, [runId]),
    readControl(db),
  ]);
  const [run] = found;
  const [head] = control;
  if (run === undefined || head === undefined) return null;
  const world = emptyWorld(db.tenantId, head.now, await bookOf(db, head.policyEpoch));
  world.runs.set(runId, run);
  await addCounters(db, world, { runIds: [runId], lock: false });
  const governances = run.snapshotId === null ? new Map() : await governanceOf(db, [run.snapshotId]);
  const governance = run.snapshotId === null ? null : (governances.get(run.snapshotId) ?? null);
  return runDetail({ world, run, governance, unsettled: [...unsettled].sort((a, b) => a.stepIndex - b.stepIndex) });
}
