// Edits of rules. Each makes a new version, keeps the old one, leaves an audit entry whose after-image is what the
// content hash covers, and moves the tenant's policy epoch. A run that has started is never touched by any of them.

import { v7 as uuidv7 } from "uuid";
import { writeOutbox } from "@/server/platform/audit/audit";
import { actorKey } from "@/server/platform/auth/principal";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { InputOf } from "@/server/platform/http/contract";
import type { Context } from "@/server/platform/http/handle";
import { invalid, StaleVersion } from "@/server/platform/http/problem";
import {
  PolicyNameTaken,
  PolicyRetired,
  type replacePolicy,
  type replacePrecedence,
  type replaceScopes,
  type retirePolicy,
} from "@/server/policies/contract";
import {
  contentHash,
  type RuleDefinition,
  type RuleScopeDefinition,
  sortedScopes,
  type VersionedRule,
} from "@/server/policies/definition";
import { editPolicies } from "@/server/policies/epoch";
import { getRuleRows } from "@/server/policies/queries";
import { momentFaults, type PolicyFault, ruleFaults, scopeFaults, unknownKey } from "@/server/policies/rules";
import { insertRule, isRuleNameTaken, type RuleWrite, unknownApiKeys, updateRule } from "@/server/policies/store";
import { definitionOf, policyView, precedenceView, scopesView } from "@/server/policies/views";
import type { Policy, PolicyPrecedence, PolicyScopes, PolicyVersion, RuleBody } from "@/server/policies/wire";

type Change = PolicyVersion["change"];

/** @throws ValidationFailed, PolicyNameTaken */
export function addRule(cx: Context, body: RuleBody): Promise<Policy> {
  return editPolicies(cx.db, async (at) => {
    const definition: VersionedRule = { policy_id: uuidv7(), version: 1, status: "active", ...definitionFrom(body) };
    await refuseFaults(cx.db, ruleFaults(body), [definition.scopes, ["#/scope"]]);
    await refuseTakenName(cx.db, definition);
    const write = writeOf(cx, definition, { change: "created", at });
    const row = await insertRule(cx.db, write);
    await recordChange(cx, write, undefined);
    const { precedence, scopes } = await getRuleRows(cx.db, row.id);
    return policyView({ row, precedence, scopes, kept: write.contentHash });
  });
}

type Replacement = InputOf<typeof replacePolicy>["body"];

/** @throws NotFound, PolicyRetired, StaleVersion, ValidationFailed, PolicyNameTaken */
export async function changeRule(cx: Context, id: string, body: Replacement): Promise<Policy> {
  const { version, ...fields } = body;
  await changeDefinition(cx, id, {
    change: "changed",
    version,
    next: async (before) => {
      const definition = { ...before, ...definitionFrom(fields) };
      await refuseFaults(cx.db, ruleFaults(fields), [definition.scopes, ["#/scope"]]);
      await refuseTakenName(cx.db, definition);
      return definition;
    },
  });
  return policyView(await getRuleRows(cx.db, id));
}

/** @throws NotFound, PolicyRetired, StaleVersion */
export async function endRule(cx: Context, id: string, body: InputOf<typeof retirePolicy>["body"]): Promise<Policy> {
  await changeDefinition(cx, id, {
    change: "retired",
    version: body.version,
    reason: body.reason,
    next: (before) => ({ ...before, status: "retired" }),
  });
  return policyView(await getRuleRows(cx.db, id));
}

/** @throws NotFound, PolicyRetired, StaleVersion, ValidationFailed */
export async function changeScopes(
  cx: Context,
  id: string,
  body: InputOf<typeof replaceScopes>["body"],
): Promise<PolicyScopes> {
  const scopes = body.scopes.map(lowerKeyIds);
  const pointers = scopes.map((_, at) => `#/scopes/${at}`);
  const after = await changeDefinition(cx, id, {
    change: "scopes_changed",
    version: body.version,
    next: async (before) => {
      await refuseFaults(cx.db, [], [scopes, pointers]);
      return { ...before, scopes: sortedScopes(scopes) };
    },
  });
  return scopesView(after);
}

/** @throws NotFound, PolicyRetired, StaleVersion, ValidationFailed */
export async function changePrecedence(
  cx: Context,
  id: string,
  body: InputOf<typeof replacePrecedence>["body"],
): Promise<PolicyPrecedence> {
  const { version, ...fields } = body;
  const after = await changeDefinition(cx, id, {
    change: "precedence_changed",
    version,
    next: async (before) => {
      const definition = { ...before, ...fields };
      await refuseFaults(cx.db, momentFaults(definition), [[], []]);
      return definition;
    },
  });
  return precedenceView(after);
}

interface DefinitionChange {
  change: Change;
  /** The version the edit was made from; undefined: whatever is stored. */
  version: number | undefined;
  reason?: string;
  next: (before: VersionedRule) => VersionedRule | Promise<VersionedRule>;
}

async function changeDefinition(cx: Context, id: string, asked: DefinitionChange): Promise<VersionedRule> {
  return editPolicies(cx.db, async (at) => {
    const before = definitionOf(await getRuleRows(cx.db, id));
    if (before.status === "retired") throw PolicyRetired.with({ policy_id: id });
    if (asked.version !== undefined && asked.version !== before.version) throw stale(before.version);
    const definition = { ...(await asked.next(before)), version: before.version + 1 };
    const write = writeOf(cx, definition, { change: asked.change, at });
    const { reason } = asked;
    const retirement = reason === undefined ? null : { retiredAt: at, retiredBy: write.by, retirementReason: reason };
    if ((await updateRule(cx.db, write, retirement)) === null) throw stale(undefined);
    await recordChange(cx, write, before, reason);
    return definition;
  });
}

function writeOf(cx: Context, definition: VersionedRule, { change, at }: { change: Change; at: Date }): RuleWrite {
  return { definition, contentHash: contentHash(definition), change, by: actorKey(cx.principal), at };
}

async function recordChange(
  cx: Context,
  { definition, change, at }: RuleWrite,
  before: VersionedRule | undefined,
  reason?: string,
): Promise<void> {
  const id = definition.policy_id;
  await cx.audit({
    entity_type: "policy",
    entity_id: id,
    ...(before === undefined ? {} : { before }),
    after: definition,
    ...(reason === undefined ? {} : { detail: { reason } }),
  });
  const payload = { policy_id: id, version: definition.version };
  await writeOutbox(cx.db, [{ topic: `policy.${change}`, entity_id: id, payload }], at);
}

function definitionFrom(body: RuleBody): RuleDefinition {
  const { scope, ...fields } = body;
  return { ...fields, scopes: sortedScopes([lowerKeyIds(scope)]) };
}

// Ids of keys are compared as the server writes them.
function lowerKeyIds(scope: RuleScopeDefinition): RuleScopeDefinition {
  return scope.type === "api_key" ? { ...scope, ids: scope.ids.map((id) => id.toLowerCase()) } : scope;
}

async function refuseFaults(
  db: TenantDb,
  found: readonly PolicyFault[],
  [scopes, pointers]: readonly [readonly RuleScopeDefinition[], readonly string[]],
): Promise<void> {
  const faults = [...found, ...scopeFaults(scopes, pointers)];
  if (faults.length === 0) faults.push(...(await unknownKeyFaults(db, scopes, pointers)));
  if (faults.length > 0) throw invalid(...faults);
}

async function unknownKeyFaults(
  db: TenantDb,
  scopes: readonly RuleScopeDefinition[],
  pointers: readonly string[],
): Promise<PolicyFault[]> {
  const at = scopes.findIndex((scope) => scope.type === "api_key");
  const ids = scopes[at]?.ids ?? [];
  const unknown = await unknownApiKeys(db, ids);
  return ids.flatMap((id, i) => (unknown.has(id) ? [unknownKey(`${pointers[at]}/ids/${i}`)] : []));
}

async function refuseTakenName(db: TenantDb, { name, policy_id }: VersionedRule): Promise<void> {
  if (!(await isRuleNameTaken(db, name, policy_id))) return;
  throw PolicyNameTaken.with({
    errors: [{ pointer: "#/name", code: "taken", detail: "An active policy has this name" }],
  });
}

function stale(current: number | undefined) {
  return StaleVersion.with(current === undefined ? {} : { current_version: current });
}
