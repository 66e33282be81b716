// How the seed acts: runs through the gate's own functions, people's work through the domains' commands. Synthetic history
// has an instant for each act; everything else goes by the database's clock (null).

import type { z } from "zod";
import type { Crew } from "@/db/seed/demo-tenant";
import { requestHash } from "@/server/evidence/snapshot-hash";
import { runBatch, type Told } from "@/server/gate/batch";
import type { Item } from "@/server/gate/item";
import { resultPost, stepPost } from "@/server/gate/post";
import { startAndTell } from "@/server/gate/start-runner";
import { CompleteBody, ReleaseBody, ResultBody, StartRunBody, StepBody } from "@/server/gate/wire";
import { writeAudit } from "@/server/platform/audit/audit";
import type { Principal } from "@/server/platform/auth/principal";
import { asTenant } from "@/server/platform/db/tenant-db";
import type { Context } from "@/server/platform/http/handle";

const REQUEST_ID = "demo-seed";

/** What was done by an attempt before this one; anything else that the gate refuses is a fault of the seed. */
const doneBefore = new Set(["run-not-live", "run-paused", "run-not-paused"]);

export type Act =
  | { kind: "step"; body: z.input<typeof StepBody> }
  | { kind: "result"; stepIndex: number; body: z.input<typeof ResultBody> }
  | { kind: "complete"; body: z.input<typeof CompleteBody> }
  | { kind: "cancel"; reason: string }
  | { kind: "release"; body: z.input<typeof ReleaseBody> }
  | { kind: "sweep" };

export type When = Date | null;

export async function startRun(crew: Crew, given: z.input<typeof StartRunBody>, clock: When): Promise<void> {
  const body = StartRunBody.parse(given);
  const runId = body.run_id;
  if (runId == null) throw new Error("a seeded run needs an id, so that a second attempt finds it");
  const told = await startAndTell({
    runId,
    body,
    requestHash: requestHash(body),
    principal: crew.runner,
    requestId: REQUEST_ID,
    clock,
  });
  check(told, `start of ${body.agent_id}`);
}

export async function act(crew: Crew, runId: string, { what, clock }: { what: Act; clock: When }): Promise<void> {
  const item = itemOf(crew, runId, what);
  const { told } = await runBatch(crew.tenantId, [item], { skipLocked: false, clock });
  const answer = told.get(item);
  if (answer === undefined) throw new Error("the gate left an item unanswered");
  check(answer, what.kind);
}

function itemOf(crew: Crew, runId: string, what: Act): Item {
  const origin = { runId, principal: crew.runner, requestId: REQUEST_ID };
  switch (what.kind) {
    case "step": {
      const body = StepBody.parse(what.body);
      return stepPost(origin, body, body);
    }
    case "result": {
      const body = ResultBody.parse(what.body);
      return resultPost({ ...origin, stepIndex: what.stepIndex }, body, body);
    }
    case "complete": {
      const body = CompleteBody.parse(what.body);
      return { kind: "complete", ...origin, body, requestHash: requestHash(body) };
    }
    case "cancel":
      return { kind: "cancel", ...origin, principal: crew.owner, reason: what.reason };
    case "release":
      return { kind: "release", ...origin, principal: crew.owner, body: ReleaseBody.parse(what.body) };
    case "sweep":
      return { kind: "sweep", runId };
  }
}

function check(told: Told, what: string): void {
  if (!("problem" in told) || doneBefore.has(told.problem.definition.slug)) return;
  throw new Error(`the demo's ${what} was refused: ${told.problem.definition.slug}`, { cause: told.problem });
}

/** Runs a command as somebody, as the route would: one transaction, with the command's own audit action. */
export function command<T>(
  principal: Principal,
  { action, clock }: { action: string; clock: When },
  work: (cx: Context) => Promise<T>,
): Promise<T> {
  return asTenant(principal, async (db) => {
    // What people do about a synthetic incident happens in its time, or it would be resolved two weeks after its run.
    if (clock !== null) db.now = async () => clock;
    return work({
      principal,
      db,
      requestId: REQUEST_ID,
      audit: (deed) => writeAudit(db, [{ ...deed, action }], { requestId: REQUEST_ID }),
    });
  });
}
