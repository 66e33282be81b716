// When the sweeper must look at a run next. Too early is harmless; later than 1 s after it is due is not.

import type { Draft } from "./draft";
import type { RunRow } from "./rows";
import { unsettledOf, type World } from "./world";

/** The earliest of: idle time-out, duration limit, pause time-out, lapse of an open reservation; null when it is over. */
export function dueAt(draft: Draft): Date | null {
  const { run, world } = draft;
  if (run.completedAt !== null) return null;
  const governance = world.governance.get(run.runId) ?? null;
  const times = [
    idleAt(run, governance?.settings.run_timeout_ms),
    pauseEndsAt(run, governance?.settings.pause_timeout_ms),
  ];
  if (governance !== null) times.push(...durationEndsAt(world, run));
  if (run.openSteps > 0) {
    let first: number | null = null;
    for (const step of unsettledOf(world, run.runId, draft.effects.steps)) {
      if (step.state !== "open" || step.lapsesAt === null) continue;
      if (first === null || step.lapsesAt.getTime() < first) first = step.lapsesAt.getTime();
    }
    times.push(first);
  }
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : new Date(Math.min(...known));
}

/**
 * `dueAt`, or an earlier look that is already noted, as long as half of the time until then is left: a row whose indexed
 * columns stay as they are is rewritten in place, and a hot run's is rewritten with every batch.
 */
export function nextLook(draft: Draft): Date | null {
  const due = dueAt(draft);
  const noted = draft.run.dueAt;
  if (due === null || noted === null || noted > due) return due;
  const now = draft.now.getTime();
  return (noted.getTime() - now) * 2 > due.getTime() - now ? noted : due;
}

/** The idle time-out stands still while the run is paused. */
export function idleAt(run: RunRow, timeoutMs = 900_000): number | null {
  return run.pausedAt === null ? run.lastSeenAt.getTime() + timeoutMs : null;
}

export function pauseEndsAt(run: RunRow, timeoutMs = 86_400_000): number | null {
  return run.pausedAt === null ? null : run.pausedAt.getTime() + timeoutMs;
}

// One millisecond after the limit is reached it is passed.
function durationEndsAt(world: World, run: RunRow): number[] {
  if (run.pausedAt !== null) return [];
  const plan = world.governance.get(run.runId)?.plan;
  const limits = (plan?.limits ?? []).filter(
    (limit) => limit.metric === "run.duration_ms" && limit.bind_at !== "first_token",
  );
  return limits
    .filter((limit) => limit.enforcement !== "warn" || run.memory.signalled[limit.key] !== "breach")
    .map(
      (limit) => run.startedAt.getTime() + run.pausedMs + Math.max(limit.units, run.memory.holds[limit.key] ?? 0) + 1,
    );
}
