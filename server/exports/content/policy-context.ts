// Which policies were in force for the run, as its snapshot froze them, which of them it broke, and by how much.

import { isPlainObject } from "@/server/evidence/canonical";
import type { PolicyContext, PolicyInForce } from "@/server/exports/content/bundle-types";
import { authorsOf, type VersionAuthors } from "@/server/exports/content/policy-authors";
import type { Subject } from "@/server/exports/content/subject";
import type { SnapshotContent } from "@/server/gate/snapshot";
import type { EffectiveLimit, FrozenLimit, FrozenRule, PolicySet } from "@/server/policies/policy-set";
import { showSnapshot } from "@/server/policies/snapshots";
import type { PolicySnapshotDetail } from "@/server/policies/wire";

export type FrozenPolicies = {
  snapshot: PolicySnapshotDetail;
  /** Null where the bytes cannot be read any more. */
  content: SnapshotContent | null;
  set: PolicySet | null;
};

/** Null: the run has no snapshot, or there is no run. */
export async function readFrozenPolicies({ db, run, questions }: Subject): Promise<FrozenPolicies | null> {
  if (run?.snapshotId == null) return null;
  const { entity } = await showSnapshot(db, run.snapshotId);
  questions.note({
    id: "policy_snapshot",
    reads: ["policy_snapshots", "policy_sets", "policy_versions", "limit_versions"],
    condition: "policy_snapshots.id = snapshot_id, and the versions it names",
    parameters: { snapshot_id: run.snapshotId },
    rows: 1,
  });
  return { snapshot: entity, content: contentOf(entity.content), set: setOf(entity.policy_set) };
}

export async function policyContextOf(subject: Subject, frozen: FrozenPolicies | null): Promise<PolicyContext> {
  const { run, incident, unknowns, names } = subject;
  const violation = subject.runViolation ?? subject.violation;
  if (frozen !== null && (frozen.set === null || frozen.content === null)) {
    const reason = "the snapshot's bytes cannot be read as a policy set any more";
    unknowns.push({ field: "policy_context.active_policies", reason });
  }
  return {
    policy_snapshot_id: run?.snapshotId ?? null,
    snapshot_hash: frozen?.snapshot.content_hash ?? null,
    strategy: frozen?.snapshot.strategy ?? null,
    active_policies: await policiesInForce(subject, frozen),
    violated_policy_id: violation?.policy_id ?? incident.policyId,
    violated_policy_name: violation?.policy_name ?? names.of(`policy:${incident.policyId}`).name,
    violation_type: violation?.violation_type ?? null,
    threshold_value: violation?.threshold_value ?? incident.thresholdValue,
    actual_value: violation?.actual_value ?? incident.actualValue,
    violated_limit_id: violation?.limit_id ?? incident.limitId,
    metric: violation?.metric ?? null,
    severity: violation?.severity ?? null,
    reason: violation?.reason ?? incident.violationReason,
    source: violation?.source ?? null,
    projected: violation?.projected ?? null,
    excess: violation?.excess ?? null,
    excess_percentage: violation?.excess_percentage ?? null,
  };
}

async function policiesInForce(subject: Subject, frozen: FrozenPolicies | null): Promise<PolicyInForce[]> {
  const { content, set } = frozen ?? { content: null, set: null };
  if (set === null || content === null) return [];
  const authors = await authorsOf(subject, [
    ...set.rules.map((rule) => ({ id: rule.policy_id, version: rule.version })),
    ...set.limits.map((limit) => ({ id: limit.limit_id, version: limit.version })),
    ...content.windows.map((window) => ({ id: window.limit_id, version: window.version })),
  ]);
  const isViolated = violatedBy(subject);
  return [
    ...set.rules.map((rule) => ofRule(rule, { set, authors, isViolated: isViolated(rule.policy_id) })),
    ...set.limits.map((limit) => ofThreshold(limit, { set, authors, isViolated: isViolated(limit.limit_id) })),
    ...content.windows.map((window) => ofWindow(window, authors, isViolated(window.limit_id))),
    ...(set.defaults_apply ? set.effective.map((limit) => ofDefault(limit, subject)) : []),
  ];
}

function violatedBy({ runViolation, incident }: Subject): (id: string) => boolean {
  const ids = [runViolation?.policy_id, runViolation?.limit_id, incident.policyId, incident.limitId];
  return (id) => ids.includes(id);
}

type Of = { set: PolicySet; authors: VersionAuthors; isViolated: boolean };

function ofRule(rule: FrozenRule, { set, authors, isViolated }: Of): PolicyInForce {
  return {
    policy_id: rule.policy_id,
    limit_id: null,
    kind: "rule",
    name: rule.name,
    version: rule.version,
    content_hash: rule.content_hash,
    category: rule.category,
    metric: rule.metric ?? null,
    threshold: rule.threshold ?? null,
    condition: rule.condition ?? null,
    enforcement: rule.enforcement,
    scope: rule.bound_by,
    bind_at: rule.bind_at,
    rollout: rule.rollout,
    failure_mode: rule.failure_mode ?? null,
    ...authors(rule.policy_id, rule.version),
    is_violated: isViolated,
    arbitration: arbitrationOf(rule.policy_id, rule.rollout === "shadow" ? set.shadow.effective : set.effective),
  };
}

function ofThreshold(limit: FrozenLimit, { set, authors, isViolated }: Of): PolicyInForce {
  return {
    ...limitShape(limit, authors, isViolated),
    metric: set.effective.find((one) => one.limit_id === limit.limit_id)?.metric ?? `${limit.per}.${limit.limit_type}`,
    scope: `each ${limit.per}`,
    content_hash: limit.content_hash,
    arbitration: arbitrationOf(limit.limit_id, set.effective),
  };
}

function ofWindow(
  window: SnapshotContent["windows"][number],
  authors: VersionAuthors,
  isViolated: boolean,
): PolicyInForce {
  return {
    ...limitShape(window, authors, isViolated),
    metric: window.limit_type,
    scope: window.limit_category,
    content_hash: null,
    arbitration: "windows hold side by side",
  };
}

function limitShape(
  limit: { limit_id: string; name: string; version: number; max_value: string; enforcement: string },
  authors: VersionAuthors,
  isViolated: boolean,
) {
  return {
    policy_id: null,
    limit_id: limit.limit_id,
    kind: "limit",
    name: limit.name,
    version: limit.version,
    category: null,
    threshold: limit.max_value,
    condition: null,
    enforcement: limit.enforcement,
    bind_at: null,
    rollout: "active",
    failure_mode: null,
    ...authors(limit.limit_id, limit.version),
    is_violated: isViolated,
  } as const;
}

function ofDefault(limit: EffectiveLimit, subject: Subject): PolicyInForce {
  const violation = subject.runViolation ?? subject.violation;
  return {
    policy_id: null,
    limit_id: null,
    kind: "default",
    name: limit.name,
    version: null,
    content_hash: null,
    category: null,
    metric: limit.metric,
    threshold: limit.limit,
    condition: null,
    enforcement: limit.enforcement,
    scope: "runs to which nothing else applies",
    bind_at: limit.bind_at,
    rollout: "active",
    failure_mode: null,
    ...{ author: null, authored_at: null, approved_by: null, approved_at: null },
    is_violated: violation?.source === "default" && violation.metric === limit.metric,
    arbitration: "no rule and no limit applied to the run",
  };
}

/** What arbitration made of one rule or limit; null where conditions hold side by side. */
function arbitrationOf(id: string, effective: readonly EffectiveLimit[]): string | null {
  const isIt = (one: { policy_id?: string; limit_id?: string }) => one.policy_id === id || one.limit_id === id;
  const won = effective.find(isIt);
  if (won !== undefined) return won.lost.length === 0 ? "won: nothing stood against it" : `won over ${won.lost.length}`;
  const winner = effective.find((one) => one.lost.some(isIt));
  const why = winner?.lost.find(isIt)?.why.replaceAll("_", " ");
  return winner === undefined ? null : `lost to “${winner.name}”: ${why}`;
}

// A snapshot's own hash is checked by verification; here its members are needed, or nothing.
function contentOf(value: unknown): SnapshotContent | null {
  return isPlainObject(value) && Array.isArray(value.windows) ? (value as SnapshotContent) : null;
}
function setOf(value: unknown): PolicySet | null {
  if (!isPlainObject(value)) return null;
  const isSet = [value.rules, value.limits, value.effective].every(Array.isArray) && isPlainObject(value.shadow);
  return isSet ? (value as unknown as PolicySet) : null;
}
