// SQL of rules: the rule itself, its scopes, its precedence and its versions.

import { and, eq, inArray, ne, type SQL, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { apiKeys } from "@/db/schema/connectivity";
import { policyPrecedence, policyRules, policyScopes, policyVersions } from "@/db/schema/policies";
import type { NewRow, TenantDb } from "@/server/platform/db/tenant-db";
import { plainDecimal } from "@/server/policies/amounts";
import type {
  PrecedenceRow,
  RuleRow,
  RuleScopeDefinition,
  ScopeRow,
  VersionedRule,
} from "@/server/policies/definition";
import type { PolicyVersion } from "@/server/policies/wire";

/** A rule's rows together. `kept` is the content hash its current version was kept with. */
export interface RuleRows {
  row: RuleRow;
  precedence: PrecedenceRow | undefined;
  scopes: ScopeRow[];
  kept: Buffer | undefined;
}

export async function findRule(db: TenantDb, id: string): Promise<RuleRows | null> {
  const row = await db.first(policyRules, eq(policyRules.id, id));
  const [rows] = row === null ? [] : await withParts(db, [row]);
  return rows ?? null;
}

/** Fetches what belongs to the rules of one page, in three statements whatever their number. */
export async function withParts(db: TenantDb, rows: readonly RuleRow[]): Promise<RuleRows[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const [precedences, scopes, versions] = await Promise.all([
    db.rows(policyPrecedence, { where: inArray(policyPrecedence.policyId, ids) }),
    db.rows(policyScopes, { where: inArray(policyScopes.policyId, ids) }),
    db.sql<{ policy_id: string; content_hash: Buffer }>`
      select v.policy_id, v.content_hash from policy_versions v join policy_rules r
        on r.tenant_id = v.tenant_id and r.id = v.policy_id and r.version = v.version
      where ${db.mine("v")} and v.policy_id = any(${ids})`,
  ]);
  return rows.map((row) => ({
    row,
    precedence: precedences.find((precedence) => precedence.policyId === row.id),
    scopes: scopes.filter((scope) => scope.policyId === row.id),
    kept: versions.find((version) => version.policy_id === row.id)?.content_hash,
  }));
}

export async function isRuleNameTaken(db: TenantDb, name: string, except: string): Promise<boolean> {
  const others = and(eq(policyRules.name, name), eq(policyRules.status, "active"), ne(policyRules.id, except));
  return (await db.first(policyRules, others ?? sql`false`)) !== null;
}

/** Which of the ids are none of this tenant's API keys. */
export async function unknownApiKeys(db: TenantDb, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const known = await db.rows(apiKeys, { where: inArray(apiKeys.id, [...ids]) });
  const found = new Set(known.map((key) => key.id));
  return new Set(ids.filter((id) => !found.has(id)));
}

export interface RuleWrite {
  definition: VersionedRule;
  contentHash: Buffer;
  change: PolicyVersion["change"];
  by: string;
  at: Date;
}

export async function insertRule(db: TenantDb, write: RuleWrite): Promise<RuleRow> {
  const { definition, by, at } = write;
  const [row] = await db.insert(policyRules, {
    id: definition.policy_id,
    ...columnsOf(write),
    createdBy: by,
    createdAt: at,
  });
  if (row === undefined) throw new Error("the rule was not stored");
  await insertParts(db, write);
  return row;
}

/** Null when the stored version is no longer the one before `definition.version`. */
export async function updateRule(
  db: TenantDb,
  write: RuleWrite,
  retirement: { retiredAt: Date; retiredBy: string; retirementReason: string } | null,
): Promise<RuleRow | null> {
  const { definition } = write;
  const isCurrent = and(eq(policyRules.id, definition.policy_id), eq(policyRules.version, definition.version - 1));
  const [row] = await db.update(policyRules, { ...columnsOf(write), ...retirement }, isCurrent ?? sql`false`);
  if (row === undefined) return null;
  await db.delete(policyScopes, eq(policyScopes.policyId, definition.policy_id));
  await insertParts(db, write);
  return row;
}

async function insertParts(db: TenantDb, write: RuleWrite): Promise<void> {
  const { definition, by, at } = write;
  const policyId = definition.policy_id;
  await db.insert(
    policyScopes,
    definition.scopes.map((scope) => scopeRow(policyId, scope, { by, at })),
  );
  await writePrecedence(db, definition);
  await db.insert(policyVersions, {
    policyId,
    version: definition.version,
    definition,
    contentHash: write.contentHash,
    change: write.change,
    createdBy: by,
    createdAt: at,
  });
}

function scopeRow(
  policyId: string,
  scope: RuleScopeDefinition,
  { by, at }: { by: string; at: Date },
): NewRow<typeof policyScopes> {
  return { id: uuidv7(), policyId, scopeType: scope.type, ids: scope.ids, createdBy: by, createdAt: at };
}

async function writePrecedence(db: TenantDb, definition: VersionedRule): Promise<void> {
  const ofRule: SQL = eq(policyPrecedence.policyId, definition.policy_id);
  const values = {
    precedence: definition.precedence,
    conflictStrategy: definition.conflict_strategy,
    bindAt: definition.bind_at,
    failureMode: definition.failure_mode,
  };
  const updated = await db.update(policyPrecedence, values, ofRule);
  if (updated.length === 0) await db.insert(policyPrecedence, { policyId: definition.policy_id, ...values });
}

function columnsOf({ definition, contentHash, by, at }: RuleWrite) {
  return {
    name: definition.name,
    description: definition.description,
    ruleType: definition.rule_type,
    category: definition.category,
    metric: definition.metric,
    threshold: definition.threshold === null ? null : plainDecimal(definition.threshold),
    nearPercentage: definition.near_percentage,
    condition: definition.condition,
    enforcement: definition.enforcement,
    onKill: definition.on_kill,
    severity: definition.severity,
    rollout: definition.rollout,
    status: definition.status,
    version: definition.version,
    contentHash,
    updatedBy: by,
    updatedAt: at,
  };
}
