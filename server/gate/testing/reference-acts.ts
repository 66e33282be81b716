// What acts, how acts rank, and how grave the one is that wins (DESIGN §6 Actions, Severity).

export type Act = {
  key: string;
  enforcement: "warn" | "refuse" | "pause" | "stop" | "kill";
  source: "rule" | "limit" | "default" | "failure_mode";
  policy_id: string | null;
  limit_id: string | null;
  precedence: number;
  violation_type: string;
  rule_severity: string | null;
  threshold: string | null;
  actual: string | null;
  projected: boolean;
  retry_after_ms: number | null;
};

const mildFirst = ["warn", "refuse", "pause", "stop", "kill"];
const sourceFirst = ["failure_mode", "rule", "limit", "default"];

/** The most severe outcome wins; between equals the stronger precedence, then the source, then the key. */
export function harshest(a: Act, b: Act): number {
  if (a.enforcement !== b.enforcement) return mildFirst.indexOf(b.enforcement) - mildFirst.indexOf(a.enforcement);
  if (a.precedence !== b.precedence) return a.precedence - b.precedence;
  if (a.source !== b.source) return sourceFirst.indexOf(a.source) - sourceFirst.indexOf(b.source);
  return a.key < b.key ? -1 : 1;
}

const grades = ["low", "medium", "high", "critical"];

/** The larger of what the rule says and what the overshoot says; a custom rule is worth what it says. */
export function severityOf(act: Act): string {
  const own = act.rule_severity;
  if (act.violation_type === "custom_rule") return own ?? "medium";
  const derived = derivedSeverity(act);
  return own !== null && grades.indexOf(own) > grades.indexOf(derived) ? own : derived;
}

function derivedSeverity({ violation_type, threshold, actual }: Act): string {
  if (violation_type === "content_policy") return "high";
  if (violation_type === "rate_limit") return "medium";
  if (threshold === null || actual === null) return "medium";
  const limit = tenThousandths(threshold);
  const over = tenThousandths(actual) - limit;
  if (over > limit) return "critical";
  return over > 0n && over * 10n >= limit ? "high" : "medium";
}

function tenThousandths(decimal: string): bigint {
  const [whole = "0", fraction = ""] = decimal.split(".");
  return BigInt(whole) * 10_000n + BigInt(fraction.padEnd(4, "0"));
}
