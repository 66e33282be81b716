// Rows as the wire shows them, with what their hashes say about them.

import { writeHash } from "@/server/evidence/hash";
import type { Permission } from "@/server/platform/auth/principal";
import type { Action } from "@/server/platform/http/contract";
import { contentHash, type RuleScopeDefinition, ruleFromRows, type VersionedRule } from "@/server/policies/definition";
import type { RuleRows } from "@/server/policies/store";
import type { IntegrityStatus, Policy, PolicyPrecedence, PolicyScopes } from "@/server/policies/wire";

/**
 * VERIFIED: the columns hash to what the row says and to what its version was kept with. A row that lacks a part cannot
 * be hashed again: DEGRADED. Everything else is FAILED.
 */
export function integrityOf(hashes: { stored: Buffer; kept: Buffer | undefined; recomputed: Buffer | undefined }): {
  content_hash: string;
  status: IntegrityStatus;
} {
  const { stored, kept, recomputed } = hashes;
  const content_hash = writeHash(stored);
  if (recomputed === undefined || kept === undefined) return { content_hash, status: "DEGRADED" };
  return { content_hash, status: recomputed.equals(stored) && kept.equals(stored) ? "VERIFIED" : "FAILED" };
}

export function definitionOf({ row, precedence, scopes }: RuleRows): VersionedRule {
  return ruleFromRows(row, precedence, scopes);
}

export function policyView(rows: RuleRows): Policy {
  const { row } = rows;
  const definition = definitionOf(rows);
  const recomputed = rows.precedence === undefined ? undefined : contentHash(definition);
  return {
    rule_id: row.id,
    ...definition,
    scope: definition.scopes[0] ?? null,
    bound: definition.scopes.length > 0,
    created_by: row.createdBy,
    created_at: row.createdAt.toISOString(),
    updated_by: row.updatedBy,
    updated_at: row.updatedAt.toISOString(),
    retired_at: row.retiredAt?.toISOString() ?? null,
    retired_by: row.retiredBy,
    retirement_reason: row.retirementReason,
    integrity: integrityOf({ stored: row.contentHash, kept: rows.kept, recomputed }),
  };
}

export function scopesView(definition: VersionedRule): PolicyScopes {
  const scopes: RuleScopeDefinition[] = definition.scopes;
  return { policy_id: definition.policy_id, version: definition.version, bound: scopes.length > 0, scopes };
}

export function precedenceView(definition: VersionedRule): PolicyPrecedence {
  const { policy_id, version, precedence, conflict_strategy, bind_at, failure_mode } = definition;
  return { policy_id, version, precedence, conflict_strategy, bind_at, failure_mode };
}

/** What may be done to a rule or limit now: disabled with the reason when it is over or the viewer may not. */
export function actionsOf(
  permissions: ReadonlySet<Permission>,
  offered: readonly { action: string; label: string; blocked: string | null }[],
): Action[] {
  const forbidden = permissions.has("policies:manage") ? null : "This needs the permission policies:manage";
  return offered.map(({ action, label, blocked }) => {
    const reason = forbidden ?? blocked;
    return { action, label, enabled: reason === null, reason };
  });
}
