export function ruleHref(policyId: string): string {
  return `/policies/rules/${policyId}`;
}

export function limitHref(limitId: string): string {
  return `/policies/limits/${limitId}`;
}

/** Of the rule or limit that something names. */
export function policyHref({ policy_id, limit_id }: { policy_id: string | null; limit_id: string | null }): string {
  return policy_id === null ? limitHref(String(limit_id)) : ruleHref(policy_id);
}

/** The violations of one rule or limit, of all time. */
export function violationsHref(of: { policy_id: string } | { limit_id: string }): string {
  return `/policies/violations?${new URLSearchParams({ ...of, range: "all" })}`;
}
export const ruleCrumbs = [{ label: "Policies" }, { href: "/policies/active", label: "Active" }] as const;
