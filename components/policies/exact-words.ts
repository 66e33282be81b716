// The words of policy-words.ts that only forms and details need, so that no list brings them along.

import type { Table } from "@/components/policies/policy-words";
import type { BindMoment, ConflictStrategy, FailureMode, FreezeType, OnKill, ResetPeriod } from "@/db/vocabulary";

export const onKillWords: Table<OnKill> = {
  none: { label: "Freeze nothing", hint: "Only this run ends." },
  freeze_key: { label: "Freeze its API key", hint: "The key starts nothing more until the freeze is lifted." },
  freeze_agent: { label: "Freeze its agent", hint: "The agent starts nothing more until the freeze is lifted." },
};

export const conflictWords: Table<ConflictStrategy> = {
  most_restrictive: { label: "Most restrictive wins", hint: "Of several values the lowest holds." },
  explicit_priority: {
    label: "Precedence wins",
    hint: "Of several values the one with the lowest precedence number holds.",
  },
  fail_closed: { label: "Refuse when unclear", hint: "Two values at the same precedence: the run does not start." },
};

export const bindWords: Table<BindMoment> = {
  each_step: { label: "Each step", hint: "Before a step is admitted and after it has reported." },
  run_start: {
    label: "Start of the run",
    hint: "Once, before anything has been used. Conditions over identity and tags only.",
  },
  first_token: { label: "First model call", hint: "At the first post of type llm_call." },
  step_start: { label: "Before a step", hint: "At admissions, by the estimate." },
  step_end: { label: "After a step", hint: "At reports and results, by what was used." },
  on_change: { label: "When the number changes", hint: "Only when the metric differs from its last evaluation." },
};

export const failureModeWords: Table<FailureMode | "null"> = {
  fail_closed: { label: "Block", hint: "If the rule cannot be evaluated, the step is blocked." },
  fail_warn: { label: "Warn", hint: "If the rule cannot be evaluated, the step goes on with a warning." },
  fail_open: { label: "Let pass", hint: "If the rule cannot be evaluated, the step goes on. It is recorded." },
  null: { label: "As the tenant's settings say", hint: "Set under Account › Account Management." },
};

export const resetWords: Table<ResetPeriod> = {
  daily: { label: "A day", hint: "Starts anew at midnight in the tenant's time zone." },
  weekly: { label: "A week", hint: "Starts anew on Monday." },
  monthly: { label: "A month", hint: "Starts anew on the first." },
  none: { label: "In all", hint: "Never starts anew." },
};

export const freezeWords: Table<FreezeType> = {
  agent: { label: "An agent", hint: "It starts nothing, and its live runs end." },
  key: { label: "An API key", hint: "It starts nothing, and its live runs end." },
  run: { label: "One run", hint: "It ends." },
  tenant: { label: "The whole tenant", hint: "Nothing starts, and every live run ends." },
};
