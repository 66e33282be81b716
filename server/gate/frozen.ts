// A kill-switch that was thrown: whoever meets a live run of a frozen thing first ends it, the sweep of the freeze or the
// run's own next post.

import { systemPrincipal } from "@/server/platform/auth/principal";
import { Draft } from "./draft";
import { type Ending, endOf, endRun, sealRun } from "./ending";
import type { Outcome } from "./post";
import type { RunRow } from "./rows";
import { type Change, freezeKey, type World } from "./world";

/** The open freezes over the run: of its tenant, of the key that started it, of its agent, of itself. */
function freezesOver(world: World, run: RunRow): string[] {
  if (world.frozen.size === 0) return [];
  const targets = [
    ["tenant", world.tenantId],
    ["key", run.apiKeyId ?? ""],
    ["agent", run.agentId],
    ["run", run.runId],
  ] as const;
  return targets.flatMap(([type, id]) => world.frozen.get(freezeKey(type, id)) ?? []);
}

/** The widest of the freezes that hold for the run; null when none does. */
export function frozenBy(world: World, run: RunRow): string | null {
  return freezesOver(world, run)[0] ?? null;
}

/** Ends the run as cancelled by hand (note `frozen`), with the freeze on record. */
export function endFrozen(world: World, run: RunRow, freezeId: string): Change {
  const draft = new Draft(world, run, systemPrincipal(world.tenantId, "freeze"), null);
  const ending: Ending = {
    status: "cancelled",
    reason: "user_abort",
    cause: "freeze",
    note: "frozen",
    stoppedAtStep: run.lastStepIndex,
    violation: null,
    incidentId: run.incidentId,
  };
  endRun(draft, ending);
  draft.append({ kind: "end", body: { end: endOf(ending), actor: { freeze_id: freezeId } } });
  sealRun(draft, ending);
  draft.audit("run.frozen", { freeze_id: freezeId, stopped_at_step: run.stoppedAtStep ?? undefined });
  return draft.change();
}

/** The sweep of a freeze over one run. One that was lifted meanwhile ends nothing any more. */
export type FreezeItem = { kind: "freeze"; runId: string; freezeId: string };

export function reduceFreeze(world: World, item: FreezeItem): Outcome {
  const run = world.runs.get(item.runId);
  const nothing = { status: 200, bytes: Buffer.alloc(0) };
  if (run === undefined || run.completedAt !== null) return { change: null, answer: nothing };
  if (!freezesOver(world, run).includes(item.freezeId)) return { change: null, answer: nothing };
  return { change: endFrozen(world, { ...run }, item.freezeId), answer: nothing };
}
