import { TriangleAlert } from "lucide-react";
import { words } from "@/components/data/format";
import { limitEnforcementWords, rolloutWords, ruleEnforcementWords } from "@/components/policies/policy-words";
import { Mark, type Tone } from "@/components/ui/mark";
import type { LimitEnforcement, LimitState, RuleEnforcement, Severity } from "@/db/vocabulary";
import type { IntegrityStatus, Policy, PolicyViolation } from "@/server/policies/wire";

const enforcementTones: Readonly<Record<RuleEnforcement | LimitEnforcement, Tone>> = {
  warn: "review",
  pause: "review",
  refuse: "deny",
  stop: "deny",
  kill: "critical",
};

const labels = { ...ruleEnforcementWords, ...limitEnforcementWords };

/** What a rule or limit does. A definition and not an event: always quiet. */
export function EnforcementMark({ enforcement }: { enforcement: RuleEnforcement | LimitEnforcement }) {
  return (
    <Mark tone={enforcementTones[enforcement]} quiet {...(enforcement === "warn" ? { icon: <TriangleAlert /> } : {})}>
      {labels[enforcement].label}
    </Mark>
  );
}

/** Whether a rule acts: in force is the ordinary case. */
export function StandingMark({
  rule,
  quiet = true,
}: {
  rule: Pick<Policy, "status" | "rollout" | "bound">;
  quiet?: boolean;
}) {
  const { tone, word } = standing(rule);
  return (
    <Mark tone={tone} quiet={quiet}>
      {word}
    </Mark>
  );
}

function standing({ status, rollout, bound }: Pick<Policy, "status" | "rollout" | "bound">): {
  tone: Tone;
  word: string;
} {
  if (status === "retired") return { tone: "neutral", word: "Retired" };
  if (!bound) return { tone: "review", word: "Bound to nobody" };
  const tones = { active: "allow", shadow: "accent", pending: "review", disabled: "neutral" } as const;
  return { tone: tones[rollout], word: rolloutWords[rollout].label };
}

const actionTones: Readonly<Record<PolicyViolation["action"], Tone>> = {
  warned: "review",
  refused: "deny",
  paused: "review",
  stopped: "deny",
  killed: "critical",
  start_refused: "deny",
  quota_exceeded: "deny",
};

/** What was done about a violation. */
export function ViolationMark({ action }: { action: PolicyViolation["action"] }) {
  return (
    <Mark tone={actionTones[action]} {...(action === "warned" ? { icon: <TriangleAlert /> } : {})}>
      {words(action)}
    </Mark>
  );
}

export function SeverityMark({ severity, quiet = true }: { severity: Severity | null; quiet?: boolean }) {
  if (severity === null) return <span className="text-faint text-xs">none</span>;
  return (
    <Mark tone={severity} quiet={quiet}>
      {words(severity)}
    </Mark>
  );
}

const stateTones: Readonly<Record<LimitState, Tone>> = {
  ok: "allow",
  near: "review",
  breach: "deny",
  unknown: "neutral",
};
const stateWords: Readonly<Record<LimitState, string>> = {
  ok: "Within",
  near: "Near",
  breach: "Used up",
  unknown: "Unknown",
};

export function LimitStateMark({ state }: { state: LimitState }) {
  return <Mark tone={stateTones[state]}>{stateWords[state]}</Mark>;
}

const integrityTones: Readonly<Record<IntegrityStatus, { tone: Tone; word: string }>> = {
  VERIFIED: { tone: "allow", word: "Hash verified" },
  FAILED: { tone: "critical", word: "Hash does not match" },
  DEGRADED: { tone: "review", word: "Hash cannot be computed" },
};

/** Whether what is stored still is what was written. */
export function IntegrityMark({ status }: { status: IntegrityStatus }) {
  const { tone, word } = integrityTones[status];
  return <Mark tone={tone}>{word}</Mark>;
}
