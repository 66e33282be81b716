import type { Decision } from "./decision";

/** The decision where none could be made: stop, with the reason on record. Never an allow. */
export function engineFailure(code: string, detail: string): Decision {
  const reason = `${code}: ${detail}`;
  const winner = {
    key: code,
    enforcement: "stop" as const,
    source: "failure_mode" as const,
    policy_id: null,
    limit_id: null,
    name: code,
    version: null,
    metric: null,
    violation_type: "custom_rule" as const,
    rule_severity: "high" as const,
    category: null,
    precedence: 0,
    on_kill: "none" as const,
    threshold: null,
    actual: null,
    value: null,
    projected: false,
    reason,
    retry_after_ms: null,
  };
  return {
    action: "block",
    enforcement: "stop",
    winner,
    severity: "high",
    reason,
    matched: [{ policy_id: null, limit_id: null, action: "block", won: true, shadow: false }],
    candidates: [winner],
    would: [],
    passed: [],
    signals: [],
    evaluated: {},
    retry_after_ms: null,
  };
}
