// A run's row and its trace's at the very beginning, and the genesis of its chain.

import { v7 as uuidv7 } from "uuid";
import { genesisHash } from "@/server/evidence/chain";
import { actorKey, type Principal } from "@/server/platform/auth/principal";
import { policyEngine } from "@/server/policies/policy-set";
import { freshMemory } from "./memory";
import type { RunRow, StartedRun } from "./rows";
import type { StartRunBody } from "./wire";
import type { World } from "./world";

export type StartItem = {
  runId: string;
  body: StartRunBody;
  requestHash: Buffer;
  principal: Principal;
  requestId: string;
  /** A clock for synthetic history; null: the database's own. */
  clock: Date | null;
};

export function isVerified(principal: Principal): boolean {
  return principal.kind === "key" && principal.agentIds !== null;
}

export function genesisOf(world: World, run: RunRow, contentHash: Buffer | null): Buffer {
  return genesisHash({
    tenantId: world.tenantId,
    runId: run.runId,
    traceId: run.traceId,
    snapshotHash: contentHash,
    engine: policyEngine,
    startedAt: run.startedAt,
  });
}

export function newRun(world: World, item: StartItem): StartedRun {
  const { body, principal } = item;
  return {
    ...zeroTotals,
    tenantId: world.tenantId,
    runId: item.runId,
    traceId: uuidv7(),
    agentId: body.agent_id,
    agentVerified: isVerified(principal),
    goal: body.goal ?? null,
    actorType: body.actor?.type ?? null,
    actorId: body.actor?.id ?? null,
    provider: body.provider ?? null,
    model: body.model ?? null,
    parentRunId: body.parent_run_id ?? null,
    project: body.project ?? null,
    source: body.source ?? null,
    tags: { ...body.tags },
    synthetic: body.synthetic ?? false,
    apiKeyId: principal.kind === "key" ? principal.keyId : null,
    startedBy: actorKey(principal),
    startedAt: world.now,
    lastSeenAt: world.now,
    lastAt: world.now,
    memory: freshMemory(),
    requestHash: item.requestHash,
  };
}

const zeroTotals = {
  status: "running",
  terminationReason: null,
  endNote: null,
  refusalReason: null,
  stoppedAtStep: null,
  snapshotId: null,
  completedAt: null,
  dueAt: null,
  pausedAt: null,
  pausedMs: 0,
  seq: 0,
  lastStepIndex: 0,
  headHash: Buffer.alloc(0),
  stepsCompleted: 0,
  inputTokens: 0,
  outputTokens: 0,
  costUnits: 0,
  reservedInputTokens: 0,
  reservedOutputTokens: 0,
  reservedCostUnits: 0,
  openSteps: 0,
  presumedInputTokens: 0,
  presumedOutputTokens: 0,
  presumedCostUnits: 0,
  lapsedSteps: 0,
  lateRecords: 0,
  violationPolicyId: null,
  violation: null,
  incidentId: null,
  errorCode: null,
  errorMessage: null,
  answerStatus: 201,
  answer: Buffer.alloc(0),
  endRequestHash: null,
  endAnswer: null,
};

export function traceRow(run: RunRow, genesis: Buffer) {
  return {
    tenantId: run.tenantId,
    traceId: run.traceId,
    runId: run.runId,
    agentId: run.agentId,
    status: "running",
    startedAt: run.startedAt,
    completedAt: null,
    engine: policyEngine,
    genesisHash: genesis,
    rootHash: null,
    seal: null,
    sealHash: null,
    violationStepIndex: null,
    violationTimestamp: null,
    violationPolicyId: null,
    violationReason: null,
    incidentId: null,
    archivedAt: null,
  };
}
