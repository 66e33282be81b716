export function ruleHref(policyId: string): string {
  return `/policies/rules/${policyId}`;
}

export function limitHref(limitId: string): string {
  return `/policies/limits/${limitId}`;
}

export function runHref(runId: string): string {
  return `/activity/runs/${runId}`;
}

/** The violations of one rule or limit, of all time. */
export function violationsHref(of: { policy_id: string } | { limit_id: string }): string {
  return `/policies/violations?${new URLSearchParams({ ...of, range: "all" })}`;
}
