// A run's start, one transaction in the order of runner-api.md: frozen? → window limits → resolve → arbitrate → freeze the
// snapshot → insert run and trace.

import { v7 as uuidv7 } from "uuid";
import { canonicalText } from "@/server/evidence/canonical";
import type { NoteSigner } from "@/server/evidence/signed-note";
import { snapshotHash } from "@/server/evidence/snapshot-hash";
import { actorKey } from "@/server/platform/auth/principal";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { Forbidden, missingPermission, Unauthenticated } from "@/server/platform/http/problem";
import { policyEngine } from "@/server/policies/policy-set";
import type { PolicyBook, RunContext } from "@/server/policies/scopes";
import { RunIdReused } from "./contract";
import { Draft } from "./draft";
import { dueAt } from "./due";
import { flush } from "./flush";
import { governanceFrom, rememberGovernance } from "./governance";
import { bookOf } from "./load";
import { genesisOf, isVerified, newRun, type StartItem, traceRow } from "./new-run";
import type { Answer } from "./post";
import { quotaOf } from "./quota";
import { countRun, type QuotaCount } from "./quota-count";
import { receiptFor, withReceipt } from "./receipt";
import { frozenRefusal, type Refusal, refusedAgain, refuseStart } from "./refusal";
import { type Resolved, resolve } from "./resolve";
import type { RunRow, StartedRun } from "./rows";
import type { SnapshotContent } from "./snapshot";
import { pauseAtStart, startVerdict } from "./start-conditions";
import { insertRun, insertSet, readStart } from "./start-store";
import { emptyWorld, type Governance, type World } from "./world";

/** Throws Problems: 401, 403 `forbidden` and `run-refused`, 409 `run-id-reused`, 429 `quota-exceeded`. */
export type StartOutcome = Answer | { refusal: Refusal };

export async function start(db: TenantDb, item: StartItem, signers: readonly NoteSigner[]): Promise<StartOutcome> {
  mayStart(item);
  const keyId = item.principal.kind === "key" ? item.principal.keyId : null;
  const facts = await readStart(db, { runId: item.runId, agentId: item.body.agent_id, keyId });
  if (keyId !== null && (facts.key === null || facts.key.status !== "active" || facts.key.isExpired))
    throw Unauthenticated.with();
  if (facts.existing !== null) return again(facts.existing, item);
  const book = await bookOf(db, facts.control.policyEpoch);
  const world = emptyWorld(db.tenantId, item.clock ?? facts.control.now, book, signers);
  const frozen = frozenRefusal(facts.freezes);
  if (frozen !== null) return refuseStart(db, world, { item, refusal: frozen });
  const resolved = resolvedOr(db.tenantId, book, contextOf(item));
  if ("refusal" in resolved) return refuseStart(db, world, { item, refusal: resolved.refusal });
  const counts = await quotaOf(db, world, { item, windows: resolved.windows, context: contextOf(item) });
  if (resolved.set.ambiguous) {
    const detail = resolved.set.ambiguity ?? "policies contradict each other";
    return refuseStart(db, world, { item, refusal: { reason: "ambiguous_policies", detail } });
  }
  return freezeAndInsert(db, world, { item, resolved, counts });
}

/** Throws 403 `forbidden` where the starter may not start such a run at all. */
export function mayStart({ principal, body }: Pick<StartItem, "principal" | "body">): void {
  if (body.synthetic === true && !principal.permissions.has("runs:synthetic"))
    throw missingPermission("runs:synthetic");
  if (principal.kind === "key" && principal.agentIds !== null && !principal.agentIds.includes(body.agent_id)) {
    throw Forbidden.with({ detail: `This key may not act for the agent ${body.agent_id}.` });
  }
}

function again(run: StartedRun, item: StartItem): StartOutcome {
  if (!run.requestHash.equals(item.requestHash)) throw RunIdReused.with({ run_id: run.runId });
  if (run.refusalReason !== null) return { refusal: refusedAgain(run) };
  return { status: 200, bytes: run.answer, replayed: true };
}

/** Rules that cannot be trusted or compiled give no snapshot, and without one nothing starts. */
export function resolvedOr(tenantId: string, book: PolicyBook, context: RunContext): Resolved | { refusal: Refusal } {
  try {
    const resolved = resolve(tenantId, book, context);
    if (resolved.tampered.length === 0) return resolved;
    const detail = `the stored policy ${resolved.tampered[0]} does not match its content hash`;
    return { refusal: { reason: "snapshot_unavailable", detail } };
  } catch (error) {
    const detail = error instanceof Error ? error.message : "unknown failure";
    return { refusal: { reason: "snapshot_unavailable", detail: `the policies cannot be compiled: ${detail}` } };
  }
}

export function contextOf({ body, principal }: Pick<StartItem, "body" | "principal">): RunContext {
  return {
    agent_id: body.agent_id,
    api_key_id: principal.kind === "key" ? principal.keyId : null,
    human_actor_id: body.actor?.type === "human" ? (body.actor.id ?? null) : null,
    project: body.project ?? null,
    provider: body.provider ?? null,
  };
}

async function freezeAndInsert(
  db: TenantDb,
  world: World,
  starting: { item: StartItem; resolved: Resolved; counts: readonly QuotaCount[] },
): Promise<StartOutcome> {
  const { item, resolved } = starting;
  const { content, contentHash, governance } = freeze(world, starting);
  const run = { ...newRun(world, item), snapshotId: content.snapshot_id };
  run.headHash = genesisOf(world, run, contentHash);
  const genesis = run.headHash;
  world.governance.set(run.runId, governance);
  world.snapshotHashes.set(run.runId, contentHash);
  const draft = new Draft(world, run, item.principal, item.requestId);
  const verdict = startVerdict(draft, governance.plan);
  if (verdict.refusal !== null) {
    return refuseStart(db, world, { item, refusal: verdict.refusal, by: verdict.decision.winner });
  }
  if (verdict.isPaused) pauseAtStart(draft, verdict);
  run.dueAt = dueAt(draft);
  run.answer = withReceipt(
    startAnswer(run, governance),
    receiptFor(world, { runId: run.runId, seq: 0, hash: genesis }),
  );
  countRun(draft, starting.counts);
  draft.leaf("snapshot", content.snapshot_id, contentHash);
  draft.announce("run.started", { run_id: run.runId, agent_id: run.agentId, status: run.status });
  await insertSet(db, resolved);
  const snapshot = snapshotRow(world, content, { resolved, contentHash });
  await insertRun(db, { run, trace: traceRow(run, genesis), snapshot });
  world.effects = draft.effects;
  await flush(db, world);
  rememberGovernance(world.tenantId, { content, contentHash });
  return { status: 201, bytes: run.answer };
}

function freeze(world: World, { item, resolved }: { item: StartItem; resolved: Resolved }) {
  const content = snapshotContent(world, item, resolved);
  const contentHash = snapshotHash(content);
  const governance = governanceFrom(world.tenantId, { content, set: resolved.set, contentHash });
  return { content, contentHash, governance };
}

export function snapshotContent(world: World, item: StartItem, resolved: Resolved): SnapshotContent {
  const { book } = world;
  return {
    v: 1,
    tenant_id: world.tenantId,
    snapshot_id: uuidv7(),
    run_id: item.runId,
    policy_set_hash: resolved.setHashText,
    policy_count: resolved.set.rules.length,
    strategy: resolved.set.strategy,
    ambiguous: resolved.set.ambiguous,
    created_at: world.now.toISOString(),
    engine: policyEngine,
    context: snapshotContext(item),
    windows: resolved.windows.map((limit) => ({
      limit_id: limit.limit_id,
      name: limit.name,
      limit_category: limit.limit_category,
      limit_type: limit.limit_type,
      max_value: limit.max_value,
      enforcement: limit.enforcement,
      version: limit.version,
    })),
    settings: JSON.stringify(book.settings),
    settings_version: book.settings_version,
    prices_version: book.prices.version,
  };
}

function snapshotContext({ body, principal }: StartItem): SnapshotContent["context"] {
  const given = Object.entries({
    api_key_id: principal.kind === "key" ? principal.keyId : null,
    actor_type: body.actor?.type,
    actor_id: body.actor?.id,
    goal: body.goal,
    parent_run_id: body.parent_run_id,
    project: body.project,
    provider: body.provider,
    model: body.model,
    source: body.source,
  }).filter(([, value]) => value !== null && value !== undefined);
  return {
    ...Object.fromEntries(given),
    agent_id: body.agent_id,
    agent_verified: isVerified(principal),
    tags: { ...body.tags },
    synthetic: body.synthetic ?? false,
    started_by: actorKey(principal),
  };
}

function startAnswer(run: RunRow, governance: Governance) {
  return {
    run_id: run.runId,
    trace_id: run.traceId,
    status: run.status,
    started_at: run.startedAt.toISOString(),
    policy_snapshot: governance.summary,
  };
}

function snapshotRow(world: World, content: SnapshotContent, frozen: { resolved: Resolved; contentHash: Buffer }) {
  return {
    tenantId: world.tenantId,
    id: content.snapshot_id,
    runId: content.run_id,
    setHash: frozen.resolved.setHash,
    canonical: Buffer.from(canonicalText(content), "utf8"),
    contentHash: frozen.contentHash,
    policyCount: content.policy_count,
    strategy: content.strategy,
    ambiguous: content.ambiguous,
    createdAt: world.now,
  };
}
