import { constraintProblems } from "@/server/platform/http/failures";
import { type Handled, handle } from "@/server/platform/http/handle";
import { addRule, changePrecedence, changeRule, changeScopes, endRule } from "@/server/policies/commands";
import * as contract from "@/server/policies/contract";
import { listLimitPage, showLimit } from "@/server/policies/limit-queries";
import { addLimit, changeLimit, endLimit } from "@/server/policies/limits";
import { changePrices, showPrices } from "@/server/policies/price-table";
import { listRulePage, listRuleVersions, showPrecedence, showRule, showScopes } from "@/server/policies/queries";
import { listSnapshotPage, showSnapshot } from "@/server/policies/snapshots";
import { changeSettings, showSettings } from "@/server/policies/tenant-settings";
import { listViolationPage, showViolationStats } from "@/server/policies/violations";

constraintProblems({
  policy_rules_active_name_key: contract.PolicyNameTaken,
  limits_active_name_key: contract.LimitNameTaken,
});

export const policyHandlers: readonly Handled[] = [
  handle(contract.listPolicies, ({ db }, { query }) => listRulePage(db, query)),
  handle(contract.getPolicy, (cx, { params }) => showRule(cx, params.policy_id)),
  handle(contract.replacePolicy, (cx, { params, body }) => changeRule(cx, params.policy_id, body)),
  handle(contract.retirePolicy, (cx, { params, body }) => endRule(cx, params.policy_id, body)),
  handle(contract.listRules, ({ db }, { query }) => listRulePage(db, query)),
  handle(contract.createRule, (cx, { body }) => addRule(cx, body)),
  handle(contract.getRule, (cx, { params }) => showRule(cx, params.rule_id)),
  handle(contract.replaceRule, (cx, { params, body }) => changeRule(cx, params.rule_id, body)),
  handle(contract.retireRule, (cx, { params, body }) => endRule(cx, params.rule_id, body)),
  handle(contract.getScopes, ({ db }, { params }) => showScopes(db, params.policy_id)),
  handle(contract.replaceScopes, (cx, { params, body }) => changeScopes(cx, params.policy_id, body)),
  handle(contract.getPrecedence, ({ db }, { params }) => showPrecedence(db, params.policy_id)),
  handle(contract.replacePrecedence, (cx, { params, body }) => changePrecedence(cx, params.policy_id, body)),
  handle(contract.listVersions, ({ db }, { params, query }) => listRuleVersions(db, params.policy_id, query)),
  handle(contract.listLimits, ({ db }, { query }) => listLimitPage(db, query)),
  handle(contract.createLimit, (cx, { body }) => addLimit(cx, body)),
  handle(contract.getLimit, (cx, { params }) => showLimit(cx, params.limit_id)),
  handle(contract.replaceLimit, (cx, { params, body }) => changeLimit(cx, params.limit_id, body)),
  handle(contract.disableLimit, (cx, { params, body }) => endLimit(cx, params.limit_id, body)),
  handle(contract.listViolations, ({ db }, { query }) => listViolationPage(db, query)),
  handle(contract.getViolationStats, ({ db }, { query }) => showViolationStats(db, query.policy_id)),
  handle(contract.listSnapshots, ({ db }, { query }) => listSnapshotPage(db, query)),
  handle(contract.getSnapshot, ({ db }, { params }) => showSnapshot(db, params.snapshot_id)),
  handle(contract.getPrices, (cx) => showPrices(cx)),
  handle(contract.replacePrices, (cx, { body }) => changePrices(cx, body)),
  handle(contract.getSettings, (cx) => showSettings(cx)),
  handle(contract.replaceSettings, (cx, { body }) => changeSettings(cx, body)),
];
