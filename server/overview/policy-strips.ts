import { limitTypes, ruleEnforcements } from "@/db/vocabulary";
import type { TopicLink, TopicSummary } from "@/server/overview/contract";
import { limitFacts, preventedIn, ruleFacts, violationFacts } from "@/server/overview/policy-facts";
import { bounds, counted, type Moment, metric, stripOf, stripOfNow } from "@/server/overview/strip";
import type { TenantDb } from "@/server/platform/db/tenant-db";

export async function rulesStrip(db: TenantDb, { asOf }: Moment): Promise<TopicSummary> {
  const facts = await ruleFacts(db);
  const link = (filter: Record<string, string>): TopicLink => ({
    ...{ domain: "policies", topic: "active" },
    filter: { status: "active", ...filter },
  });
  const rollout = (key: "shadow" | "pending" | "disabled", label: string) =>
    metric({ key, label, value: facts[key], group: "rollout", link: link({ rollout: key }) });
  return stripOfNow(asOf, {
    topic: "policies/active",
    total: facts.active,
    active: facts.in_force,
    status: facts.unbound > 0 || facts.in_force === 0 ? "warning" : "healthy",
    metrics: [
      metric({
        ...{ key: "in_force", label: "In force", value: facts.in_force, group: "rollout" },
        link: link({ rollout: "active" }),
      }),
      rollout("shadow", "On trial"),
      rollout("pending", "Not in force yet"),
      rollout("disabled", "Switched off"),
      metric({ key: "unbound", label: "Bound to nobody", value: facts.unbound }),
      ...counted("type", facts.by_type, { link: (word) => link({ rule_type: word }) }),
      ...counted("enforcement", facts.by_enforcement, {
        words: ruleEnforcements,
        link: (word) => link({ enforcement: word }),
      }),
    ],
  });
}

export async function limitsStrip(db: TenantDb, { asOf }: Moment): Promise<TopicSummary> {
  const facts = await limitFacts(db);
  const link = (filter: Record<string, string>): TopicLink => ({ domain: "policies", topic: "controls", filter });
  return stripOfNow(asOf, {
    topic: "policies/controls",
    total: facts.total,
    active: facts.active,
    status: facts.active === 0 ? "warning" : "healthy",
    metrics: [
      metric({
        ...{ key: "active", label: "Active", value: facts.active, group: "status" },
        link: link({ status: "active" }),
      }),
      metric({
        ...{ key: "disabled", label: "Switched off", value: facts.total - facts.active, group: "status" },
        link: link({ status: "disabled" }),
      }),
      ...counted("type", facts.by_type, {
        words: limitTypes,
        link: (word) => link({ limit_type: word, status: "active" }),
      }),
    ],
  });
}

export async function violationsStrip(db: TenantDb, moment: Moment): Promise<TopicSummary> {
  const facts = await violationFacts(db, moment.period);
  const before = moment.before && (await violationFacts(db, moment.before));
  const recorded = bounds({ after: "recorded_after", before: "recorded_before" }, moment);
  const link = (filter: Record<string, string>): TopicLink => ({
    ...{ domain: "policies", topic: "violations" },
    filter: { ...filter, ...recorded },
  });
  return stripOf(moment, {
    topic: "policies/violations",
    total: facts.total,
    active: null,
    status: facts.total > 0 ? "warning" : "healthy",
    metrics: [
      metric({
        ...{ key: "violations", label: "Violations", value: facts.total, link: link({}) },
        previous: before?.total,
      }),
      metric({ key: "blocks", label: "Blocks", value: facts.blocks, previous: before?.blocks }),
      metric({
        ...{ key: "prevented", label: "Steps that never ran", value: await preventedIn(db, moment.period) },
        previous: moment.before && (await preventedIn(db, moment.before)),
      }),
      ...counted("type", facts.by_type, { link: (word) => link({ violation_type: word }) }),
      ...counted("action", facts.by_action, { link: (word) => link({ action: word }) }),
    ],
  });
}
