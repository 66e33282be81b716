// What the words of the vocabulary mean to somebody who has never read it: one label and one sentence each.

import type {
  LimitCategory,
  LimitEnforcement,
  LimitScopeType,
  LimitType,
  PolicyCategory,
  Rollout,
  RuleEnforcement,
  RuleType,
  ScopeType,
  Severity,
} from "@/db/vocabulary";

export interface Words {
  label: string;
  hint: string;
}

export type Table<K extends string> = Readonly<Record<K, Words>>;

export const ruleTypeWords: Table<RuleType> = {
  token_limit: { label: "Token limit", hint: "How many tokens a run or a step may use." },
  cost_limit: { label: "Cost limit", hint: "How much money a run or a step may cost, or spend a minute." },
  rate_limit: { label: "Rate limit", hint: "How fast a run may take steps or spend money." },
  step_limit: { label: "Step limit", hint: "How many steps, retries or repeated calls a run may make." },
  time_limit: { label: "Time limit", hint: "How long a run or a step may take." },
  content_policy: {
    label: "Content policy",
    hint: "What a run may do, as a condition over its skill, model, tags or goal.",
  },
  custom_rule: { label: "Custom rule", hint: "Any number that is measured, or any condition you can write." },
};

export const ruleEnforcementWords: Table<RuleEnforcement> = {
  warn: { label: "Warn", hint: "The run goes on. The violation is recorded." },
  pause: { label: "Pause", hint: "The run waits until a person approves or denies it." },
  stop: { label: "Stop", hint: "The run ends at that step, and an incident is opened." },
  kill: { label: "Kill", hint: "As stop; work in flight is told to cancel, and its key or agent can be frozen." },
};

export const limitEnforcementWords: Table<LimitEnforcement> = {
  refuse: { label: "Refuse", hint: "What would go beyond may not start now. The run stays alive and can ask again." },
  stop: { label: "Stop", hint: "The run that would go beyond ends, and an incident is opened." },
  warn: { label: "Warn", hint: "Nothing is held back. Going beyond is recorded." },
};

export const severityWords: Table<Severity> = {
  low: { label: "Low", hint: "Somebody should know." },
  medium: { label: "Medium", hint: "Somebody should look today." },
  high: { label: "High", hint: "Somebody should look now." },
  critical: { label: "Critical", hint: "Wake somebody up." },
};

export const categoryWords: Table<PolicyCategory> = {
  SAFETY: { label: "Safety", hint: "Keeps harm away." },
  PRIVACY: { label: "Privacy", hint: "Protects personal data." },
  OPERATIONAL: { label: "Operational", hint: "Keeps runs within cost and time." },
  ROUTING: { label: "Routing", hint: "Says which model or provider is used." },
  CUSTOM: { label: "Custom", hint: "Something of your own." },
};

export const scopeTypeWords: Table<ScopeType> = {
  all_runs: { label: "All runs", hint: "Every run of this tenant." },
  agent: { label: "Chosen agents", hint: "Runs of agents you name." },
  api_key: { label: "Chosen API keys", hint: "Runs that were started with keys you name." },
  human_actor: { label: "Chosen people", hint: "Runs on behalf of people you name, by the id the runner gives." },
};

export const rolloutWords: Table<Rollout> = {
  active: { label: "In force", hint: "It acts on every run that starts from now on." },
  shadow: { label: "On trial", hint: "It is decided and recorded, and never acts." },
  pending: { label: "Waits for approval", hint: "It is kept and does nothing yet." },
  disabled: { label: "Switched off", hint: "It is kept and does nothing." },
};

export const limitCategoryWords: Table<LimitCategory> = {
  BUDGET: { label: "Budget", hint: "So much a day, week or month, shared by many runs." },
  RATE: { label: "Rate", hint: "So much in any window of seconds, exactly." },
  THRESHOLD: { label: "Threshold", hint: "So much for one run or one step, or so many runs at the same time." },
};

export const limitTypeWords: Table<LimitType> = {
  COST_CENTS: { label: "Cost", hint: "Money, in dollars." },
  TOKENS: { label: "Tokens", hint: "Input and output together." },
  RUNS: { label: "Runs", hint: "How many runs start." },
  STEPS: { label: "Steps", hint: "How many steps are taken." },
  CONCURRENT_RUNS: { label: "Runs at the same time", hint: "How many runs are live at once." },
};

export const limitScopeWords: Table<LimitScopeType> = {
  tenant: { label: "The whole tenant", hint: "One counter for all runs." },
  agent: { label: "Each agent", hint: "A counter for each agent." },
  api_key: { label: "Each API key", hint: "A counter for each key." },
  human_actor: { label: "Each person", hint: "A counter for each person a run acts for." },
  project: { label: "Each project", hint: "A counter for each project the runner names." },
  provider: { label: "Each provider", hint: "A counter for each provider the runner names." },
};

/** For select and radio fields, in the order of the table. */
export function optionsOf<K extends string>(table: Table<K>, among?: readonly K[]) {
  const entries = Object.entries<Words>(table);
  return entries
    .filter(([value]) => among === undefined || among.some((one) => one === value))
    .map(([value, { label, hint }]) => ({ value, label, hint }));
}
