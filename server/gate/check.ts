// What would bind a run like this one, and whether it would start: the same checks, resolution, arbitration and start
// conditions as a start, and nothing is written. Limits that count runs are asked at the start alone.

import type { Principal } from "@/server/platform/auth/principal";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { OutputOf } from "@/server/platform/http/contract";
import type { checkRun } from "./contract";
import { Draft } from "./draft";
import { bookOf } from "./load";
import { newRun, type StartItem } from "./new-run";
import { frozenRefusal, type Refusal } from "./refusal";
import type { Resolved } from "./resolve";
import { ownSummary, summaryOf } from "./snapshot";
import { contextOf, mayStart, resolvedOr, snapshotContent } from "./start";
import { startVerdict } from "./start-conditions";
import { readStartFreezes } from "./start-store";
import { readControl } from "./store";
import type { StartRunBody } from "./wire";
import { emptyWorld, type World } from "./world";

/** Throws 403 `forbidden` where a start would. */
export async function check(
  db: TenantDb,
  principal: Principal,
  body: StartRunBody,
): Promise<OutputOf<typeof checkRun>> {
  const item = { body, principal, runId: body.run_id ?? "", requestId: "", requestHash: Buffer.alloc(0), clock: null };
  mayStart(item);
  const [head] = await readControl(db);
  if (head === undefined) throw new Error("the tenant has no control row");
  const keyId = principal.kind === "key" ? principal.keyId : null;
  const frozen = frozenRefusal(await readStartFreezes(db, { agentId: body.agent_id, keyId }));
  const book = await bookOf(db, head.policyEpoch);
  const resolved = resolvedOr(db.tenantId, book, contextOf(item));
  if ("refusal" in resolved) {
    return { would_start: false, refusal: shown(frozen ?? resolved.refusal), policy_snapshot: null };
  }
  const world = emptyWorld(db.tenantId, head.now, book);
  const refusal = frozen ?? refusalOf(world, item, resolved);
  return { would_start: refusal === null, refusal: shown(refusal), policy_snapshot: summary(world, item, resolved) };
}

/** A start that is paused by its conditions starts all the same. */
function refusalOf(world: World, item: StartItem, { set, plan }: Resolved): Refusal | null {
  if (set.ambiguous) {
    return { reason: "ambiguous_policies", detail: set.ambiguity ?? "policies contradict each other" };
  }
  return startVerdict(new Draft(world, newRun(world, item), item.principal, null), plan).refusal;
}

function summary(world: World, item: StartItem, resolved: Resolved) {
  const content = snapshotContent(world, item, resolved);
  const own = ownSummary(content, { contentHash: "", limitsCost: resolved.plan.limitsCost });
  const { snapshot_id: _id, content_hash: _hash, ...rest } = summaryOf(own, resolved);
  return { ...rest, policy_set_hash: resolved.setHashText };
}

function shown(refusal: Refusal | null) {
  return refusal === null ? null : { reason: refusal.reason, detail: refusal.detail };
}
