// Reads of rules and of what belongs to them.

import { and, eq, type SQL } from "drizzle-orm";
import { policyRules, policyVersions } from "@/db/schema/policies";
import { isPlainObject } from "@/server/evidence/canonical";
import { afterImageHash } from "@/server/evidence/snapshot-hash";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { InputOf, OutputOf } from "@/server/platform/http/contract";
import type { Context } from "@/server/platform/http/handle";
import { type ListAnswer, listPage } from "@/server/platform/http/list";
import { NotFound } from "@/server/platform/http/problem";
import type { getPolicy, listPolicies, listVersions } from "@/server/policies/contract";
import { contains, isExactly } from "@/server/policies/filters";
import { findRule, type RuleRows, withParts } from "@/server/policies/store";
import { actionsOf, definitionOf, integrityOf, policyView, precedenceView, scopesView } from "@/server/policies/views";
import { type Policy, type PolicyPrecedence, type PolicyScopes, PolicyVersion } from "@/server/policies/wire";

/** @throws NotFound for an id that is none of this tenant's rules. */
export async function getRuleRows(db: TenantDb, id: string): Promise<RuleRows> {
  const rows = await findRule(db, id);
  if (rows === null) throw NotFound.with();
  return rows;
}

type RuleQuery = InputOf<typeof listPolicies>["query"];

export async function listRulePage(db: TenantDb, query: RuleQuery): Promise<ListAnswer<Policy>> {
  const page = await listPage(db, query, {
    table: policyRules,
    where: ruleFilter(query),
    sorts: { created_at: policyRules.createdAt, updated_at: policyRules.updatedAt, name: policyRules.name },
    id: policyRules.id,
    item: (row) => row,
  });
  return { ...page, items: (await withParts(db, page.items)).map(policyView) };
}

function ruleFilter(query: RuleQuery): SQL | undefined {
  return and(
    isExactly(policyRules.status, query.status),
    isExactly(policyRules.ruleType, query.rule_type),
    isExactly(policyRules.category, query.category),
    isExactly(policyRules.rollout, query.rollout),
    isExactly(policyRules.enforcement, query.enforcement),
    contains(policyRules, query.q),
  );
}

export async function showRule({ db, principal }: Context, id: string): Promise<OutputOf<typeof getPolicy>> {
  const entity = policyView(await getRuleRows(db, id));
  const blocked = entity.status === "active" ? null : "The policy is retired";
  const actions = actionsOf(principal.permissions, [
    { action: "edit", label: "Edit", blocked },
    { action: "retire", label: "Retire", blocked },
  ]);
  return { entity, actions };
}

export async function showScopes(db: TenantDb, id: string): Promise<PolicyScopes> {
  return scopesView(definitionOf(await getRuleRows(db, id)));
}

export async function showPrecedence(db: TenantDb, id: string): Promise<PolicyPrecedence> {
  return precedenceView(definitionOf(await getRuleRows(db, id)));
}

type VersionQuery = InputOf<typeof listVersions>["query"];

export async function listRuleVersions(
  db: TenantDb,
  id: string,
  query: VersionQuery,
): Promise<ListAnswer<PolicyVersion>> {
  await getRuleRows(db, id);
  return listPage(db, query, {
    table: policyVersions,
    where: eq(policyVersions.policyId, id),
    sorts: { version: policyVersions.version },
    id: policyVersions.version,
    item: versionView,
  });
}

function versionView(row: typeof policyVersions.$inferSelect): PolicyVersion {
  const definition = isPlainObject(row.definition) ? row.definition : {};
  const recomputed = afterImageHash(definition);
  return PolicyVersion.parse({
    policy_id: row.policyId,
    version: row.version,
    change: row.change,
    definition,
    created_by: row.createdBy,
    created_at: row.createdAt.toISOString(),
    integrity: integrityOf({ stored: row.contentHash, kept: row.contentHash, recomputed }),
  });
}
