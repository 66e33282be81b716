// What the decision looks at and what it says. Everything is integer units: tokens, steps, milliseconds, and money in
// 1/10 000 cent. All of it is stored with each record, so that the decision can be made again from the trace alone.

import type {
  DecisionAction,
  DecisionSource,
  Enforcement,
  LimitEnforcement,
  OnKill,
  Severity,
  SignalType,
  StepPhase,
  ViolationType,
} from "@/db/vocabulary";

/** `excess`: what settled above its own estimate, so that an overshoot can be told from a report's. */
export type Meter = { used: number; reserved: number; presumed: number; excess: number };
export type MeterName = "tokens" | "input_tokens" | "output_tokens" | "cost_units" | "steps";

/** The run before the step. A result's own reservation is already taken out of `reserved` and `presumed`. */
export type RunReading = {
  id: string;
  goal: string;
  project: string;
  source: string;
  provider: string;
  model: string;
  agent_id: string;
  actor_type: string;
  actor_id: string;
  tags: Readonly<Record<string, string>>;
  synthetic: boolean;
  meters: Readonly<Record<MeterName, Meter>>;
  /** Some usage had no price: every cost figure is a lower bound. */
  unpriced: boolean;
  /** Since the start, pauses excluded. */
  duration_ms: number;
  /** Sums over the trailing 60 s, settled work only. */
  minute: { cost_units: number; steps: number };
  /** What each limit has signalled already, by its key. */
  signalled: Readonly<Record<string, SignalType>>;
  /** Pausing limits hold their peace up to this value, by key; pausing conditions for these step keys, by policy. */
  holds: Readonly<Record<string, number>>;
  released: Readonly<Record<string, string>>;
  /** Last evaluated values of limits bound `on_change`, by key. */
  last: Readonly<Record<string, number>>;
  first_token_seen: boolean;
};

export type StepReading = {
  phase: StepPhase;
  /** Admissions are refused, reports and results never are: their work is done. */
  key: string;
  index: number;
  type: string;
  skill: string;
  model: string;
  status: string;
  input_tokens: number;
  output_tokens: number;
  /** Null: there is no price, and what follows is `unpriced_blocks`. */
  cost_units: number | null;
  duration_ms: number;
  retries: number;
  /** How often in a row the same skill ran with the same input, this step included; 0 when that is not known. */
  repeats: number;
  unpriced_blocks: boolean;
};

/** A live limit that applies to the run, as its locked counter shows it, without what this step itself had reserved. */
export type WindowReading = {
  limit_id: string;
  name: string;
  version: number;
  limit_category: "BUDGET" | "RATE";
  limit_type: "COST_CENTS" | "TOKENS" | "STEPS";
  enforcement: LimitEnforcement;
  near_percentage: number;
  max: number;
  used: number;
  reserved: number;
  presumed: number;
  unpriced: boolean;
  signalled: "" | SignalType;
  /** ms until the calendar window ends; null where there is none. */
  resets_in_ms: number | null;
  /** RATE: [amount, ms until it leaves the window], oldest first. */
  leaving: readonly (readonly [number, number])[];
};

export type Matched = {
  policy_id: string | null;
  limit_id: string | null;
  action: string;
  won: boolean;
  shadow: boolean;
};

export type SignalDraft = {
  key: string;
  type: SignalType;
  metric: string;
  enforcement: Enforcement;
  source: DecisionSource;
  policy_id: string | null;
  limit_id: string | null;
  current: string;
  threshold: string;
  percentage: number | null;
};

/** Something that would act: a limit passed, a condition that holds, a failure. */
export type Candidate = {
  key: string;
  enforcement: Exclude<Enforcement, "none">;
  source: DecisionSource;
  policy_id: string | null;
  limit_id: string | null;
  name: string;
  version: number | null;
  metric: string | null;
  violation_type: ViolationType;
  rule_severity: Severity | null;
  category: string | null;
  precedence: number;
  on_kill: OnKill;
  threshold: string | null;
  actual: string | null;
  /** In units, for a pause's hold; null for conditions. */
  value: number | null;
  projected: boolean;
  reason: string;
  retry_after_ms: number | null;
};

export type Decision = {
  action: DecisionAction;
  enforcement: Enforcement;
  winner: Candidate | null;
  severity: Severity | null;
  reason: string;
  matched: Matched[];
  /** Everything that acted or warned, winner first. */
  candidates: Candidate[];
  /** Shadow rules that would have acted. */
  would: Candidate[];
  /** Evaluation failures that a failure mode let pass: audited. */
  passed: { policy_id: string; name: string; mode: string; error: string }[];
  signals: SignalDraft[];
  evaluated: Record<string, number>;
  retry_after_ms: number | null;
};
