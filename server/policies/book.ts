// Everything the gate needs of a tenant's policies, read in one go under the epoch it is true for.

import { and, eq, inArray } from "drizzle-orm";
import { limits, policyPrecedence, policyRules, policyScopes } from "@/db/schema/policies";
import { tenantControls } from "@/db/schema/tenancy";
import { writeHash } from "@/server/evidence/hash";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { limitTypeUnits } from "@/server/policies/amounts";
import {
  contentHash,
  type LimitRow,
  limitFromRow,
  type PrecedenceRow,
  type RuleRow,
  ruleFromRows,
  type ScopeRow,
  type VersionedLimit,
  type VersionedRule,
} from "@/server/policies/definition";
import { currentPrices } from "@/server/policies/price-list";
import { type BookLimit, type BookRule, type PolicyBook, scopeRank, type WindowLimit } from "@/server/policies/scopes";
import { GateSettings } from "@/server/policies/settings";

/**
 * Reads the tenant's policies as of one epoch. The caller holds the tenant's control lock (shared, at a start), so
 * that no edit lies between the statements; without it the book may straddle an edit and must be read again when the
 * epoch has moved.
 * @throws RangeError when a stored word or amount is none of ours: no run may start on it.
 */
export async function loadBook(db: TenantDb): Promise<PolicyBook> {
  const [control] = await db.rows(tenantControls, { limit: 1 });
  if (control === undefined) throw new Error("the tenant has no control row");
  const [rules, found, prices] = await Promise.all([loadRules(db), loadLimits(db), currentPrices(db)]);
  return {
    epoch: control.policyEpoch,
    settings: GateSettings.parse(control.settings),
    settings_version: control.settingsVersion,
    prices,
    rules: rules.map(({ rule }) => rule),
    thresholds: found.flatMap(({ limit, hash }) => asThreshold(limit, hash)),
    windows: found.flatMap(({ limit }) => asWindow(limit)),
    tampered: [
      ...rules.filter(({ isIntact }) => !isIntact).map(({ rule }) => rule.policy_id),
      ...found.filter(({ isIntact }) => !isIntact).map(({ limit }) => limit.limit_id),
    ].sort(),
  };
}

async function loadRules(db: TenantDb): Promise<{ rule: BookRule; isIntact: boolean }[]> {
  const isInForce = and(eq(policyRules.status, "active"), inArray(policyRules.rollout, ["active", "shadow"]));
  const rows = await db.rows(policyRules, { where: isInForce, orderBy: [policyRules.id] });
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const [precedences, scopes, versions] = await Promise.all([
    db.rows(policyPrecedence, { where: inArray(policyPrecedence.policyId, ids) }),
    db.rows(policyScopes, { where: inArray(policyScopes.policyId, ids) }),
    db.sql<{ id: string; content_hash: Buffer }>`
      select r.id, v.content_hash from policy_rules r join policy_versions v
        on v.tenant_id = r.tenant_id and v.policy_id = r.id and v.version = r.version
      where ${db.mine("r")} and r.status = 'active'`,
  ]);
  const precedenceOf = new Map(precedences.map((row) => [row.policyId, row]));
  const versionOf = new Map(versions.map((row) => [row.id, row.content_hash]));
  const scopesOf = groupByPolicy(scopes);
  return rows.map((row) => {
    const precedence = precedenceOf.get(row.id);
    const rule = ruleFromRows(row, precedence, scopesOf.get(row.id) ?? []);
    return {
      rule: bookRule(rule, row, precedence),
      isIntact: ruleIsIntact(rule, row, { precedence, kept: versionOf.get(row.id) }),
    };
  });
}

// A rule without its precedence row cannot be hashed again; it stands at the defaults, and arbitration knows of it.
function ruleIsIntact(
  rule: VersionedRule,
  row: RuleRow,
  { precedence, kept }: { precedence: PrecedenceRow | undefined; kept: Buffer | undefined },
): boolean {
  return (
    kept?.equals(row.contentHash) === true && (precedence === undefined || contentHash(rule).equals(row.contentHash))
  );
}

function groupByPolicy(scopes: readonly ScopeRow[]): Map<string, ScopeRow[]> {
  const grouped = new Map<string, ScopeRow[]>();
  for (const scope of scopes) {
    const known = grouped.get(scope.policyId);
    if (known === undefined) grouped.set(scope.policyId, [scope]);
    else known.push(scope);
  }
  return grouped;
}

function bookRule(rule: VersionedRule, row: RuleRow, precedence: PrecedenceRow | undefined): BookRule {
  return {
    policy_id: rule.policy_id,
    name: rule.name,
    version: rule.version,
    rule_type: rule.rule_type,
    category: rule.category,
    // As stored, not through a double: this text is hashed and shown as the limit.
    ...(rule.metric === null || row.threshold === null ? {} : { metric: rule.metric, threshold: row.threshold }),
    near_percentage: rule.near_percentage,
    ...(rule.condition === null ? {} : { condition: rule.condition }),
    enforcement: rule.enforcement,
    on_kill: rule.on_kill,
    ...(rule.severity === null ? {} : { severity: rule.severity }),
    precedence: rule.precedence,
    ...(precedence === undefined ? { precedence_missing: true as const } : {}),
    conflict_strategy: rule.conflict_strategy,
    bind_at: rule.bind_at,
    ...(rule.failure_mode === null ? {} : { failure_mode: rule.failure_mode }),
    rollout: rule.rollout === "shadow" ? "shadow" : "active",
    content_hash: writeHash(row.contentHash),
    scopes: rule.scopes.map((scope) => ({ scope_type: scope.type, ids: scope.ids })),
  };
}

interface FoundLimit {
  limit: VersionedLimit & { max_text: string };
  hash: string;
  isIntact: boolean;
}

async function loadLimits(db: TenantDb): Promise<FoundLimit[]> {
  const [rows, versions] = await Promise.all([
    db.rows(limits, { where: eq(limits.status, "active"), orderBy: [limits.id] }),
    db.sql<{ id: string; content_hash: Buffer }>`
      select l.id, v.content_hash from limits l join limit_versions v
        on v.tenant_id = l.tenant_id and v.limit_id = l.id and v.version = l.version
      where ${db.mine("l")} and l.status = 'active'`,
  ]);
  const versionOf = new Map(versions.map((row) => [row.id, row.content_hash]));
  return rows.map((row) => foundLimit(row, versionOf.get(row.id)));
}

function foundLimit(row: LimitRow, kept: Buffer | undefined): FoundLimit {
  const limit = limitFromRow(row);
  return {
    limit: { ...limit, max_text: row.maxValue },
    hash: writeHash(row.contentHash),
    isIntact: kept?.equals(row.contentHash) === true && contentHash(limit).equals(row.contentHash),
  };
}

function asThreshold(limit: FoundLimit["limit"], hash: string): BookLimit[] {
  const { limit_category, limit_type, per } = limit;
  if (limit_category !== "THRESHOLD" || per === null) return [];
  if (limit_type === "CONCURRENT_RUNS" || limit_type === "RUNS") return [];
  return [
    {
      limit_id: limit.limit_id,
      name: limit.name,
      version: limit.version,
      limit_type,
      per,
      max_value: limit.max_text,
      enforcement: limit.enforcement,
      near_percentage: limit.near_percentage,
      content_hash: hash,
      scope_type: limit.scope.type,
      scope_ids: limit.scope.ids,
    },
  ];
}

function asWindow(limit: FoundLimit["limit"]): WindowLimit[] {
  if (limit.limit_category === "THRESHOLD" && limit.limit_type !== "CONCURRENT_RUNS") return [];
  return [
    {
      limit_id: limit.limit_id,
      name: limit.name,
      version: limit.version,
      limit_category: limit.limit_category,
      limit_type: limit.limit_type,
      scope_type: limit.scope.type,
      scope_ids: limit.scope.ids,
      scope_rank: scopeRank(limit.scope.type),
      max: limitTypeUnits(limit.limit_type, limit.max_text),
      max_value: limit.max_text,
      ...(limit.reset_period === null ? {} : { reset_period: limit.reset_period }),
      ...(limit.window_seconds === null ? {} : { window_seconds: limit.window_seconds }),
      enforcement: limit.enforcement,
      near_percentage: limit.near_percentage,
    },
  ];
}
