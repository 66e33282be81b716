// Two weeks of synthetic runs and of what people did about their incidents, told in the order of time.

import { asc, eq } from "drizzle-orm";
import { incidents } from "@/db/schema/incidents";
import { act, command, startRun } from "@/db/seed/acts";
import { type Crew, demoId } from "@/db/seed/demo-tenant";
import { type Care, type ScriptedRun, scriptOf } from "@/db/seed/script";
import { acknowledgeIncident, resolveIncident } from "@/server/incidents/commands";
import { asTenant } from "@/server/platform/db/tenant-db";

const MINUTE_MS = 60_000;

export async function seedHistory(crew: Crew): Promise<void> {
  for (const run of scriptOf(crew.madeAt)) await tell(crew, run);
}

async function tell(crew: Crew, run: ScriptedRun): Promise<void> {
  const runId = demoId(crew, run.name);
  await startRun(crew, { ...run.start, run_id: runId }, run.startsAt);
  for (const { at, what } of run.acts) await act(crew, runId, { what, clock: at });
  if (run.care !== null) await care(crew, runId, { ...run.care, startsAt: run.startsAt });
}

async function care(crew: Crew, runId: string, plan: Care & { startsAt: Date }): Promise<void> {
  const at = (minutes: number) => new Date(plan.startsAt.getTime() + minutes * MINUTE_MS);
  const found = await asTenant(crew.owner, (db) =>
    db.rows(incidents, { where: eq(incidents.sourceRunId, runId), orderBy: [asc(incidents.createdAt)] }),
  );
  for (const { id, status } of found) {
    if (status === "active" && plan.acknowledgedAfter !== undefined) {
      const clock = at(plan.acknowledgedAfter);
      await command(crew.owner, { action: "incident.acknowledged", clock }, (cx) => acknowledgeIncident(cx, id, {}));
    }
    if (status === "resolved" || plan.resolvedAfter === undefined) continue;
    const clock = at(plan.resolvedAfter);
    const resolution = { resolution_method: "manual_intervention", resolution_notes: plan.notes } as const;
    await command(crew.owner, { action: "incident.resolved", clock }, (cx) => resolveIncident(cx, id, resolution));
  }
}
