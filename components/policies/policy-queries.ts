// What the views read, for themselves and for the pages that read it ahead.

/** How many of a rule's newest violations and snapshots stand beside it. */
const SHOWN = 5;

export type RuleOrLimit = { policy_id: string } | { limit_id: string };

export function effectQuery(of: RuleOrLimit) {
  return { query: { ...of, page_size: SHOWN } };
}

/** As many rules as one read of their effects may name. */
const COUNTED = 100;

type Named = { policy_id: string };

export function statsQueryOf(rules: readonly Named[]) {
  return { query: { policy_id: rules.map((rule) => rule.policy_id) } };
}

/** The reads that tell what these rules did: one for each page of them. */
export function statsQueries(rules: readonly Named[]) {
  const pages = Math.ceil(rules.length / COUNTED);
  return Array.from({ length: pages }, (_, page) => statsQueryOf(rules.slice(page * COUNTED, (page + 1) * COUNTED)));
}

export function incidentCountQuery(policyId: string) {
  return { params: { policy_id: policyId }, query: { page_size: 1 } };
}

export function versionsQuery(policyId: string) {
  return { params: { policy_id: policyId }, query: {} };
}

export function snapshotsQuery(policyId: string) {
  return { query: { policy_id: policyId, page_size: SHOWN } };
}

export const openFreezesQuery = { query: { lifted: false, page_size: 1 } };

export function ruleQueryOf(policyId: string) {
  return { params: { policy_id: policyId } };
}

export function limitQueryOf(limitId: string) {
  return { params: { limit_id: limitId } };
}
