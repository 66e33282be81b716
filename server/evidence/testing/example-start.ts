// Who and what the example runs are, and the snapshot that froze it.
import { type CanonicalObject, canonicalBytes } from "../canonical";
import type { RunRow, SnapshotRow } from "../run-evidence";
import { policySetHash, snapshotHash } from "../snapshot-hash";

type Ids = Pick<SnapshotRow, "tenantId" | "id" | "runId" | "createdAt">;

/** Who and what a run is, as its columns say it. */
export type Who = Pick<
  RunRow,
  | ("agentId" | "agentVerified" | "apiKeyId" | "actorType" | "actorId" | "goal" | "parentRunId" | "project")
  | ("provider" | "model" | "source" | "synthetic" | "startedBy")
> & { readonly tags: { readonly [key: string]: string } };

export const EXAMPLE: Who = {
  ...{ agentId: "invoice-bot", agentVerified: true, apiKeyId: null, actorType: "human", actorId: "u-17" },
  ...{ goal: "Pay the open invoices", parentRunId: null, project: null, provider: null, model: null, source: null },
  // Empty: its snapshot is from before that was frozen.
  ...{ tags: { env: "prod" }, synthetic: false, startedBy: "" },
};

/** With every member there is. */
export const NAMED: Who = {
  ...EXAMPLE,
  ...{ agentVerified: false, apiKeyId: "0197a2b4-0000-7000-8000-0000000000c1", project: "payables" },
  ...{ parentRunId: "0197a2b4-0000-7000-8000-0000000000c2", provider: "anthropic", model: "claude-sonnet-4" },
  ...{ source: "sdk", tags: { env: "prod", "": "", région: "é" }, synthetic: true },
  startedBy: "key:0197a2b4-0000-7000-8000-0000000000c1",
};

/** The snapshot and policy set of the example runs. */
export function exampleSnapshot(ids: Ids, who: Who): SnapshotRow {
  const set = { limits: [{ enforcement: "stop", limit: 10000, metric: "run.tokens" }], strategy: "most_restrictive" };
  const setHash = policySetHash(set);
  const content: CanonicalObject = {
    ...{ tenant_id: ids.tenantId, snapshot_id: ids.id, run_id: ids.runId, policy_count: 1 },
    ...{ policy_set_hash: `sha256:${setHash.toString("hex")}`, strategy: "most_restrictive", ambiguous: false },
    ...{ created_at: ids.createdAt.toISOString(), context: contextOf(who) },
  };
  return {
    ...{ ...ids, policyCount: 1, strategy: "most_restrictive", ambiguous: false },
    ...{ canonical: canonicalBytes(content), contentHash: snapshotHash(content) },
    ...{ setHash, setCanonical: canonicalBytes(set) },
  };
}

function contextOf(who: Who): CanonicalObject {
  return {
    ...{ agent_id: who.agentId, agent_verified: who.agentVerified, tags: who.tags, synthetic: who.synthetic },
    ...(who.apiKeyId === null ? {} : { api_key_id: who.apiKeyId }),
    ...(who.actorType === null ? {} : { actor_type: who.actorType }),
    ...(who.actorId === null ? {} : { actor_id: who.actorId }),
    ...(who.goal === null ? {} : { goal: who.goal }),
    ...(who.parentRunId === null ? {} : { parent_run_id: who.parentRunId }),
    ...(who.project === null ? {} : { project: who.project }),
    ...(who.provider === null ? {} : { provider: who.provider }),
    ...(who.model === null ? {} : { model: who.model }),
    ...(who.source === null ? {} : { source: who.source }),
    ...(who.startedBy === "" ? {} : { started_by: who.startedBy }),
  };
}
