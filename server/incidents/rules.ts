// What an incident is worth, when it is due, and what may happen to it next. Pure: no clock, no database.

import type {
  CauseType,
  IncidentCategory,
  IncidentSource,
  IncidentStatus,
  IncidentType,
  Metric,
  Severity,
  ViolationType,
} from "@/db/vocabulary";
import { severities } from "@/db/vocabulary";

const HOUR_MS = 3_600_000;

/** Escalation is a level beside the status; beyond this one nobody is left to call. */
export const maxEscalationLevel = 3;

const typeOfViolation: Readonly<Record<ViolationType, IncidentType>> = {
  token_limit: "token_limit_exceeded",
  cost_limit: "cost_limit_exceeded",
  rate_limit: "rate_limit_exceeded",
  step_limit: "step_limit_exceeded",
  time_limit: "time_limit_exceeded",
  content_policy: "content_policy_detected",
  pii_detected: "pii_detected",
  safety_violation: "safety_violation_detected",
  custom_rule: "custom_rule_exceeded",
};

export function incidentTypeOf(violationType: ViolationType): IncidentType {
  return typeOfViolation[violationType];
}

const categoryOfType: Readonly<Record<IncidentType, IncidentCategory>> = {
  token_limit_exceeded: "BUDGET_EXCEEDED",
  cost_limit_exceeded: "BUDGET_EXCEEDED",
  cost_anomaly: "BUDGET_EXCEEDED",
  rate_limit_exceeded: "RATE_LIMIT",
  step_limit_exceeded: "RESOURCE_EXHAUSTION",
  time_limit_exceeded: "RESOURCE_EXHAUSTION",
  content_policy_detected: "POLICY_VIOLATION",
  pii_detected: "POLICY_VIOLATION",
  safety_violation_detected: "POLICY_VIOLATION",
  custom_rule_exceeded: "POLICY_VIOLATION",
  execution_failure: "EXECUTION_FAILURE",
  timeout: "EXECUTION_FAILURE",
  integrity_failure: "EXECUTION_FAILURE",
  manual: "MANUAL",
};

/** `metric` is the violated rule's: repeats are a loop, whatever kind of rule counted them. */
export function categoryOf(type: IncidentType, metric?: Metric): IncidentCategory {
  return metric === "run.repeats" ? "LOOP_DETECTED" : categoryOfType[type];
}

export function causeOf(facts: { source: IncidentSource; type: IncidentType; hasRun: boolean }): CauseType {
  if (facts.source === "manual") return "HUMAN";
  return facts.hasRun && facts.type !== "integrity_failure" ? "LLM_RUN" : "SYSTEM";
}

export function higherSeverity(a: Severity, b: Severity): Severity {
  return severities.indexOf(a) >= severities.indexOf(b) ? a : b;
}

/** One step up; critical stays critical. */
export function raisedSeverity(severity: Severity): Severity {
  return severities[severities.indexOf(severity) + 1] ?? severity;
}

const fixedSeverity: Partial<Readonly<Record<ViolationType, Severity>>> = {
  pii_detected: "critical",
  safety_violation: "critical",
  content_policy: "high",
  rate_limit: "medium",
};

export type ViolationFacts = {
  violation_type: ViolationType;
  /** Plain decimals in the metric's unit; absent where a condition has no number. */
  threshold?: string | null;
  actual?: string | null;
  /** What the rule's author set. */
  rule_severity?: Severity | null;
};

/**
 * The larger of what the violation itself is worth and what the rule says. Overshoot of a limit: below 10 % medium,
 * 10–100 % high, above 100 % critical (any use of a limit of 0 is above 100 %). A custom rule is worth what its author
 * set, else medium.
 */
export function deriveSeverity(facts: ViolationFacts): Severity {
  const own = facts.rule_severity ?? null;
  if (facts.violation_type === "custom_rule") return own ?? "medium";
  const derived = fixedSeverity[facts.violation_type] ?? severityOfOvershoot(facts.threshold, facts.actual);
  return own === null ? derived : higherSeverity(own, derived);
}

function severityOfOvershoot(threshold?: string | null, actual?: string | null): Severity {
  const scaled = commonScale(threshold ?? "", actual ?? "");
  if (scaled === null) return "medium";
  const [limit, used] = scaled;
  if (used > limit * 2n) return "critical";
  return used * 10n >= limit * 11n && used > limit ? "high" : "medium";
}

// Both as integers of one scale: in doubles 0.11 over 0.1 is not quite ten per cent.
function commonScale(a: string, b: string): [bigint, bigint] | null {
  const parts = [a, b].map((text) => /^(\d+)(?:\.(\d+))?$/.exec(text));
  const digits = Math.max(...parts.map((part) => part?.[2]?.length ?? 0));
  const [first, second] = parts.map((part) =>
    part === null ? null : BigInt(`${part[1] ?? ""}${(part[2] ?? "").padEnd(digits, "0")}`),
  );
  return first == null || second == null ? null : [first, second];
}

const severityOfError: Readonly<Record<string, Severity>> = {
  AGENT_CRASH: "critical",
  EXECUTION_TIMEOUT: "high",
  STEP_FAILURE: "high",
  SKILL_ERROR: "high",
  CANCELLED: "low",
  MANUAL_STOP: "low",
};

/** Of a run that failed without a policy's doing, by the error code its runner gave; an unknown code is medium. */
export function severityOfFailure(errorCode: string | null | undefined): Severity {
  if (errorCode == null || !Object.hasOwn(severityOfError, errorCode)) return "medium";
  return severityOfError[errorCode] ?? "medium";
}

export type SlaHours = Readonly<Record<Severity, number>>;

/** When an incident opened at `createdAt` must be resolved. */
export function slaDue(createdAt: Date, severity: Severity, hours: SlaHours): Date {
  return new Date(createdAt.getTime() + hours[severity] * HOUR_MS);
}

/** The due time after a change of severity: counted from the opening, and only ever earlier than it was. */
export function slaDueAfterRaise(
  incident: { createdAt: Date; slaDueAt: Date },
  severity: Severity,
  hours: SlaHours,
): Date {
  const due = slaDue(incident.createdAt, severity, hours).getTime();
  return new Date(Math.min(due, incident.slaDueAt.getTime()));
}

export const incidentActions = ["acknowledge", "escalate", "resolve", "reopen", "comment"] as const;
export type IncidentAction = (typeof incidentActions)[number];

/** `next`: the status afterwards. `unchanged`: already so, and saying it again is no error. */
export type Transition =
  | { outcome: "changed"; next: IncidentStatus }
  | { outcome: "unchanged" }
  | { outcome: "refused"; why: "resolved" | "not_resolved" };

const changed = (next: IncidentStatus): Transition => ({ outcome: "changed", next });
const closed: Transition = { outcome: "refused", why: "resolved" };
const open: Transition = { outcome: "refused", why: "not_resolved" };

const machine: Readonly<Record<IncidentStatus, Readonly<Record<IncidentAction, Transition>>>> = {
  active: {
    acknowledge: changed("acknowledged"),
    escalate: changed("active"),
    resolve: changed("resolved"),
    reopen: open,
    comment: changed("active"),
  },
  acknowledged: {
    acknowledge: { outcome: "unchanged" },
    escalate: changed("acknowledged"),
    resolve: changed("resolved"),
    reopen: open,
    comment: changed("acknowledged"),
  },
  resolved: {
    acknowledge: closed,
    escalate: closed,
    resolve: closed,
    reopen: changed("active"),
    comment: changed("resolved"),
  },
};

/** The state machine; the trigger `state_machine` of the database knows the same one. */
export function transition(status: IncidentStatus, action: IncidentAction): Transition {
  return machine[status][action];
}

/** Whoever closes something grave says how. */
export function needsResolutionNotes(severity: Severity): boolean {
  return severity === "high" || severity === "critical";
}
