// A run of a simulated tenant as its start would leave it, with what verification reads of that start.

import { canonicalText } from "@/server/evidence/canonical";
import type { RunEvidence } from "@/server/evidence/run-evidence";
import { requestHash, snapshotHash } from "@/server/evidence/snapshot-hash";
import { governanceFrom } from "@/server/gate/governance";
import { genesisOf, newRun, type StartItem, traceRow } from "@/server/gate/new-run";
import type { RunRow } from "@/server/gate/rows";
import { contextOf, resolvedOr, snapshotContent } from "@/server/gate/start";
import { emptyWorld, type Governance } from "@/server/gate/world";
import type { Principal } from "@/server/platform/auth/principal";
import { policyEngine } from "@/server/policies/policy-set";
import type { PolicyBook } from "@/server/policies/scopes";
import type { SimulatedStore } from "./simulated-store";

export type Started = {
  run: RunRow;
  governance: Governance;
  trace: ReturnType<typeof traceRow>;
  snapshot: NonNullable<RunEvidence["snapshot"]>;
};
type Starting = { tenantId: string; book: PolicyBook; runId: string; agentId: string; principal: Principal; at: Date };

export function startedRun({ tenantId, book, runId, agentId, principal, at }: Starting): Started {
  const body = { agent_id: agentId, model: "m", tags: { env: "prod" } };
  const item: StartItem = { runId, body, requestHash: requestHash(body), principal, requestId: "start", clock: at };
  const world = emptyWorld(tenantId, at, book);
  const resolved = resolvedOr(tenantId, book, contextOf(item));
  if ("refusal" in resolved) throw new Error(resolved.refusal.detail);
  const content = snapshotContent(world, item, resolved);
  const contentHash = snapshotHash(content);
  const governance = governanceFrom(tenantId, { content, set: resolved.set, contentHash });
  const run: RunRow = { ...newRun(world, item), snapshotId: content.snapshot_id };
  run.headHash = genesisOf(world, run, contentHash);
  run.dueAt = new Date(at.getTime() + 1_000);
  const snapshot = {
    ...{ tenantId, id: content.snapshot_id, runId, setHash: resolved.setHash, contentHash, createdAt: at },
    ...{ policyCount: content.policy_count, strategy: content.strategy, ambiguous: content.ambiguous },
    canonical: Buffer.from(canonicalText(content), "utf8"),
    setCanonical: resolved.canonical,
  };
  return { run, governance, trace: traceRow(run, run.headHash), snapshot };
}

/** What the evidence's verification reads of a run, out of the simulated tables. */
export function evidenceOf(store: SimulatedStore, started: Started): RunEvidence {
  const { runId } = started.run;
  const run = store.runs.get(runId) ?? started.run;
  const end = store.traceEnds.get(run.traceId);
  const steps = [...(store.steps.get(runId)?.values() ?? [])];
  const order = (seq: number | null) => seq ?? Number.MAX_SAFE_INTEGER;
  steps.sort((a, b) => order(a.resultSeq) - order(b.resultSeq) || a.stepIndex - b.stepIndex);
  return {
    run,
    trace: { ...started.trace, ...end },
    engine: policyEngine,
    snapshot: started.snapshot,
    records: [store.records.get(runId) ?? []],
    steps: [steps],
    incidents: store.incidents.get(runId) ?? [],
  };
}
