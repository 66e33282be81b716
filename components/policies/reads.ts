import { listFreezes } from "@/server/gate/freeze-contract";
import { getHighlights, getSummary } from "@/server/overview/contract";
import { getLimit, getPolicy, listLimits, listPolicies, listSnapshots, listVersions } from "@/server/policies/contract";

/** What any change of a rule makes stale. */
export const ruleReads = [getPolicy, listPolicies, listVersions, listSnapshots, getSummary, getHighlights] as const;

export const limitReads = [getLimit, listLimits, getSummary, getHighlights] as const;

export const freezeReads = [listFreezes, getSummary, getHighlights] as const;
