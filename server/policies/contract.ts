// The operations on rules, limits, snapshots and prices. `/policies/…` and `/policies/rules/…` are two doors to one
// thing, and `policy_id` and `rule_id` one id. Freezes and the dry check of a start are the gate's.

import { z } from "zod";
import {
  decisionSources,
  limitCategories,
  limitEnforcements,
  limitScopeTypes,
  limitStatuses,
  limitTypes,
  policyCategories,
  rollouts,
  ruleEnforcements,
  ruleStatuses,
  ruleTypes,
  severities,
  violationTypes,
} from "@/db/vocabulary";
import { detailOf, endpoint, listEndpoint, Uuid } from "@/server/platform/http/contract";
import { NotFound, problem, StaleVersion, ValidationFailed } from "@/server/platform/http/problem";
import {
  AccountSettings,
  AccountSettingsBody,
  Limit,
  LimitBody,
  LimitDetail,
  Policy,
  PolicyPrecedence,
  PolicyScopes,
  PolicySnapshot,
  PolicySnapshotDetail,
  PolicyVersion,
  PolicyViolation,
  PriceEntry,
  Prices,
  precedenceFields,
  Reason,
  RuleBody,
  RuleScope,
  Version,
  ViolationStats,
  violationActions,
} from "@/server/policies/wire";

export const PolicyNameTaken = problem("policy-name-taken", 409, "An active policy has this name");
export const PolicyRetired = problem("policy-retired", 409, "The policy is retired");
export const LimitNameTaken = problem("limit-name-taken", 409, "An active limit has this name");
export const LimitDisabled = problem("limit-disabled", 409, "The limit is disabled");

const read = "policies:read";
const manage = "policies:manage";
const ofPolicy = z.object({ policy_id: Uuid });
const ofRule = z.object({ rule_id: Uuid });
const ofLimit = z.object({ limit_id: Uuid });
const Search = z.string().min(1).max(256);
/** Any offset is taken; the year 0 is not, because the database's calendar has none. */
const When = z.iso
  .datetime({ offset: true })
  .refine((text) => !text.startsWith("0000"), { message: "There is no year 0" });

const ruleList = {
  permission: read,
  item: Policy,
  filters: {
    status: z.enum(ruleStatuses),
    rule_type: z.enum(ruleTypes),
    category: z.enum(policyCategories),
    rollout: z.enum(rollouts),
    enforcement: z.enum(ruleEnforcements),
    q: Search,
  },
  sort: ["created_at", "updated_at", "name"],
  defaultSort: "-created_at",
} as const;

export const listPolicies = listEndpoint({ ...ruleList, id: "policies.list", path: "/api/v1/policies" });
export const listRules = listEndpoint({ ...ruleList, id: "policies.rules.list", path: "/api/v1/policies/rules" });

export const createRule = endpoint({
  id: "policies.rules.create",
  method: "POST",
  path: "/api/v1/policies/rules",
  permission: manage,
  audit: "policy.created",
  body: RuleBody,
  returns: Policy,
  status: 201,
  problems: [PolicyNameTaken, ValidationFailed],
});

const ruleDetail = { method: "GET", permission: read, returns: detailOf(Policy), problems: [NotFound] } as const;
const ruleReplacement = {
  method: "PUT",
  permission: manage,
  audit: "policy.changed",
  /** Full replacement: what is left out takes its default again. */
  body: RuleBody.extend({ version: Version }),
  returns: Policy,
  problems: [NotFound, PolicyNameTaken, PolicyRetired, StaleVersion, ValidationFailed],
} as const;
const ruleRetirement = {
  method: "DELETE",
  permission: manage,
  audit: "policy.retired",
  body: z.strictObject({ reason: Reason, version: Version.optional() }),
  returns: Policy,
  problems: [NotFound, PolicyRetired, StaleVersion],
} as const;

const policyDoor = { path: "/api/v1/policies/{policy_id}", params: ofPolicy } as const;
export const getPolicy = endpoint({ ...ruleDetail, ...policyDoor, id: "policies.get" });
export const replacePolicy = endpoint({ ...ruleReplacement, ...policyDoor, id: "policies.replace" });
export const retirePolicy = endpoint({ ...ruleRetirement, ...policyDoor, id: "policies.retire" });

const ruleDoor = { path: "/api/v1/policies/rules/{rule_id}", params: ofRule } as const;
export const getRule = endpoint({ ...ruleDetail, ...ruleDoor, id: "policies.rules.get" });
export const replaceRule = endpoint({ ...ruleReplacement, ...ruleDoor, id: "policies.rules.replace" });
export const retireRule = endpoint({ ...ruleRetirement, ...ruleDoor, id: "policies.rules.retire" });

export const getScopes = endpoint({
  id: "policies.scopes.get",
  method: "GET",
  path: "/api/v1/policies/{policy_id}/scopes",
  permission: read,
  params: ofPolicy,
  returns: PolicyScopes,
  problems: [NotFound],
});

export const replaceScopes = endpoint({
  id: "policies.scopes.replace",
  method: "PUT",
  path: "/api/v1/policies/{policy_id}/scopes",
  permission: manage,
  audit: "policy.scopes_changed",
  params: ofPolicy,
  /** At most one entry a type; `all_runs` stands alone; none at all: the policy is bound to nothing. */
  body: z.strictObject({ scopes: z.array(RuleScope).max(4), version: Version }),
  returns: PolicyScopes,
  problems: [NotFound, PolicyRetired, StaleVersion, ValidationFailed],
});

export const getPrecedence = endpoint({
  id: "policies.precedence.get",
  method: "GET",
  path: "/api/v1/policies/{policy_id}/precedence",
  permission: read,
  params: ofPolicy,
  returns: PolicyPrecedence,
  problems: [NotFound],
});

export const replacePrecedence = endpoint({
  id: "policies.precedence.replace",
  method: "PUT",
  path: "/api/v1/policies/{policy_id}/precedence",
  permission: manage,
  audit: "policy.precedence_changed",
  params: ofPolicy,
  body: z.strictObject({ ...precedenceFields, version: Version }),
  returns: PolicyPrecedence,
  problems: [NotFound, PolicyRetired, StaleVersion, ValidationFailed],
});

export const listVersions = listEndpoint({
  id: "policies.versions.list",
  path: "/api/v1/policies/{policy_id}/versions",
  permission: read,
  params: ofPolicy,
  item: PolicyVersion,
  sort: ["version"],
  defaultSort: "-version",
  problems: [NotFound],
});

export const listLimits = listEndpoint({
  id: "policies.limits.list",
  path: "/api/v1/policies/limits",
  permission: read,
  item: Limit,
  filters: {
    status: z.enum(limitStatuses),
    limit_category: z.enum(limitCategories),
    limit_type: z.enum(limitTypes),
    enforcement: z.enum(limitEnforcements),
    scope_type: z.enum(limitScopeTypes),
    q: Search,
  },
  sort: ["created_at", "updated_at", "name"],
  defaultSort: "-created_at",
});

export const createLimit = endpoint({
  id: "policies.limits.create",
  method: "POST",
  path: "/api/v1/policies/limits",
  permission: manage,
  audit: "limit.created",
  body: LimitBody,
  returns: Limit,
  status: 201,
  problems: [LimitNameTaken, ValidationFailed],
});

const limitDoor = { path: "/api/v1/policies/limits/{limit_id}", params: ofLimit } as const;

export const getLimit = endpoint({
  ...limitDoor,
  id: "policies.limits.get",
  method: "GET",
  permission: read,
  returns: detailOf(LimitDetail),
  problems: [NotFound],
});

export const replaceLimit = endpoint({
  ...limitDoor,
  id: "policies.limits.replace",
  method: "PUT",
  permission: manage,
  audit: "limit.changed",
  /** Full replacement; what the limit counts (category and type) stays. `status: "active"` enables it again. */
  body: LimitBody.extend({ version: Version }),
  returns: Limit,
  problems: [NotFound, LimitNameTaken, StaleVersion, ValidationFailed],
});

export const disableLimit = endpoint({
  ...limitDoor,
  id: "policies.limits.disable",
  method: "DELETE",
  permission: manage,
  audit: "limit.disabled",
  body: z.strictObject({ reason: Reason.optional(), version: Version.optional() }),
  returns: Limit,
  problems: [NotFound, LimitDisabled, StaleVersion],
});

export const listViolations = listEndpoint({
  id: "policies.violations.list",
  path: "/api/v1/policies/violations",
  permission: read,
  item: PolicyViolation,
  filters: {
    run_id: Uuid,
    policy_id: Uuid,
    limit_id: Uuid,
    source: z.enum(decisionSources),
    action: z.array(z.enum(violationActions)),
    violation_type: z.array(z.enum(violationTypes)),
    severity: z.array(z.enum(severities)),
    recorded_after: When,
    recorded_before: When,
  },
  sort: ["recorded_at"],
  defaultSort: "-recorded_at",
});

/** Policies in one answer. */
export const maxStats = 100;

export const getViolationStats = endpoint({
  id: "policies.violations.stats",
  method: "GET",
  path: "/api/v1/policies/violations/stats",
  summary:
    "What each of these policies did so far, in the order asked; of the newest rules in force when none is named.",
  permission: read,
  query: z.object({ policy_id: z.array(Uuid).min(1).max(maxStats).optional() }),
  returns: z.object({ items: z.array(ViolationStats) }),
});

export const listSnapshots = listEndpoint({
  id: "policies.snapshots.list",
  path: "/api/v1/policies/snapshots",
  permission: read,
  item: PolicySnapshot,
  /** `policy_id`: those that hold the rule, whether it won or lost. */
  filters: { run_id: Uuid, policy_id: Uuid, ambiguous: z.boolean() },
  sort: ["created_at"],
  defaultSort: "-created_at",
});

export const getSnapshot = endpoint({
  id: "policies.snapshots.get",
  method: "GET",
  path: "/api/v1/policies/snapshots/{snapshot_id}",
  permission: read,
  params: z.object({ snapshot_id: Uuid }),
  returns: detailOf(PolicySnapshotDetail),
  problems: [NotFound],
});

export const getPrices = endpoint({
  id: "policies.prices.get",
  method: "GET",
  path: "/api/v1/policies/prices",
  permission: read,
  returns: Prices,
});

export const replacePrices = endpoint({
  id: "policies.prices.replace",
  method: "PUT",
  path: "/api/v1/policies/prices",
  permission: manage,
  audit: "prices.changed",
  body: z.strictObject({ entries: z.array(PriceEntry).max(2_000), version: Version }),
  returns: Prices,
  problems: [StaleVersion, ValidationFailed],
});

// Settings stand with policies because the gate reads them together: one lock, one epoch.

export const getSettings = endpoint({
  id: "account.settings.get",
  method: "GET",
  path: "/api/v1/accounts/settings",
  summary: "The tenant's name and what its gate goes by",
  permission: "account:read",
  returns: AccountSettings,
});

export const replaceSettings = endpoint({
  id: "account.settings.replace",
  method: "PUT",
  path: "/api/v1/accounts/settings",
  summary: "Replaces the settings; runs that have started keep theirs",
  permission: "account:manage",
  audit: "settings.changed",
  body: AccountSettingsBody,
  returns: AccountSettings,
  problems: [StaleVersion, ValidationFailed],
});
