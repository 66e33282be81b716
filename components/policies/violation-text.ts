import { amountOf, metricName } from "@/components/activity/metric-words";
import { words } from "@/components/data/format";
import type { PolicyViolation } from "@/server/policies/wire";

/** What was broken: its name, or where it came from when it has none. */
export function brokenName({ policy_name, source, violation_type }: PolicyViolation): string {
  if (policy_name !== null) return policy_name;
  return source === "default" ? "Default threshold" : words(violation_type ?? source);
}

/** "Cost of the run would be $10.00, at most $9.50"; the gate's own words where nothing was measured. */
export function violationText({ metric, actual_value, threshold_value, projected, reason }: PolicyViolation): string {
  if (metric === null || actual_value === null) return reason.charAt(0).toUpperCase() + reason.slice(1);
  const actual = amountOf(metric, actual_value);
  return `${metricName(metric)} ${projected ? "would be" : "was"} ${actual}, at most ${amountOf(metric, threshold_value)}`;
}
