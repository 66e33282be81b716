// A rule as a person would say it. Pure: the same words stand in the form before saving and on the rule's page.

import { amountOf, bareAmountOf, metricName } from "@/components/activity/metric-words";
import { count } from "@/components/data/format";
import type { BindMoment, Metric, OnKill, Rollout, RuleEnforcement, ScopeType } from "@/db/vocabulary";

export interface RuleWords {
  metric: Metric | null;
  /** In the metric's wire unit; null while it is not known. */
  threshold: number | null;
  near_percentage: number;
  condition: string | null;
  enforcement: RuleEnforcement;
  on_kill: OnKill;
  bind_at: BindMoment;
  rollout: Rollout;
  scopes: readonly { type: ScopeType; ids: readonly string[] }[];
}

/** "A run of agent “biller” is stopped when it uses more than 10,000 tokens." */
export function ruleSentence(rule: RuleWords): string {
  if (rule.scopes.length === 0) return "It is bound to no run, so it never acts.";
  return `${whichRuns(rule.scopes)} ${deeds[rule.enforcement]} ${when(rule)}${afterwards(rule)}.`;
}

/** What else one should know: the warning before, and whether it is in force at all. */
export function ruleNotes(rule: RuleWords): string[] {
  const near = nearNote(rule);
  const notes = [rolloutNotes[rule.rollout], near];
  return notes.filter((note): note is string => note !== null);
}

/** For a column: "Tokens of the run > 10,000", or the condition itself. */
export function ruleTest(rule: Pick<RuleWords, "metric" | "threshold" | "condition">): string {
  if (rule.condition !== null) return rule.condition.replace(/\s+/g, " ");
  if (rule.metric === null) return "nothing";
  return `${metricName(rule.metric)} > ${bareAmountOf(rule.metric, rule.threshold)}`;
}

const deeds: Readonly<Record<RuleEnforcement, string>> = {
  warn: "gets a warning",
  pause: "is paused",
  stop: "is stopped",
  kill: "is killed",
};

const rolloutNotes: Readonly<Record<Rollout, string | null>> = {
  active: null,
  shadow: "On trial: it is decided and recorded, and nothing happens to any run.",
  pending: "Not in force: it waits for approval.",
  disabled: "Switched off: it does nothing.",
};

function nearNote({ metric, threshold, near_percentage, rollout }: RuleWords): string | null {
  if (metric === null || threshold === null || threshold === 0 || rollout !== "active") return null;
  const near = amountOf(metric, Math.floor(threshold * near_percentage) / 100);
  return `A signal comes at ${near_percentage}%, which is ${near}.`;
}

function whichRuns(scopes: RuleWords["scopes"]): string {
  const [first] = scopes;
  if (first === undefined || scopes.some(({ type }) => type === "all_runs")) return "Every run";
  return `A run ${scopes.map(ofScope).join(", or ")}`;
}

function ofScope({ type, ids }: RuleWords["scopes"][number]): string {
  switch (type) {
    case "agent":
      return `of agent ${names(ids)}`;
    case "human_actor":
      return `on behalf of ${names(ids)}`;
    case "api_key":
      return ids.length === 1 ? "of one chosen API key" : `of ${count(ids.length)} chosen API keys`;
    default:
      return "of any kind";
  }
}

const shownNames = 3;

/** “a”, “b” or “c”; more than three are counted. */
export function names(ids: readonly string[], joint = "or"): string {
  if (ids.length === 0) return "…";
  const shown = ids.slice(0, shownNames).map((id) => `“${id}”`);
  const rest = ids.length - shown.length;
  const all = rest > 0 ? [...shown, `${count(rest)} more`] : shown;
  return all.length === 1 ? all.join("") : `${all.slice(0, -1).join(", ")} ${joint} ${all.at(-1)}`;
}

function when({ metric, threshold, condition, bind_at }: RuleWords): string {
  if (condition !== null) return conditionMoments[bind_at];
  if (metric === null) return "when …";
  const amount = threshold === null ? "…" : amountOf(metric, threshold);
  const bare = amount.replace(/ (?:repeats?|retr(?:y|ies))$/, "");
  return metricMoments[metric](amount, bare);
}

const conditionMoments: Readonly<Record<BindMoment, string>> = {
  run_start: "at its start when the condition holds",
  first_token: "at its first model call when the condition holds",
  step_start: "before a step for which the condition holds",
  step_end: "after a step for which the condition holds",
  each_step: "at a step for which the condition holds",
  on_change: "when the condition holds",
};

type Moment = (amount: string, bare: string) => string;
const uses: Moment = (amount) => `when it uses more than ${amount}`;

const metricMoments: Readonly<Record<Metric, Moment>> = {
  "run.tokens": uses,
  "run.input_tokens": (amount) => uses(amount.replace("token", "input token"), ""),
  "run.output_tokens": (amount) => uses(amount.replace("token", "output token"), ""),
  "run.cost_cents": (amount) => `when it costs more than ${amount}`,
  "run.steps": (amount) => `when it takes more than ${amount}`,
  "run.duration_ms": (amount) => `when it takes longer than ${amount}`,
  "run.burn_rate_cents_per_minute": (amount) => `when it spends more than ${amount}`,
  "run.steps_per_minute": (amount) => `when it takes more than ${amount}`,
  "run.repeats": (_amount, bare) => `when the same call comes more than ${bare} times in a row`,
  "step.tokens": (amount) => `at a step that uses more than ${amount}`,
  "step.cost_cents": (amount) => `at a step that costs more than ${amount}`,
  "step.duration_ms": (amount) => `at a step that takes longer than ${amount}`,
  "step.retries": (_amount, bare) => `at a step that is retried more than ${bare} times`,
};

function afterwards({ enforcement, on_kill }: RuleWords): string {
  if (enforcement === "warn") return ", and goes on";
  if (enforcement === "pause") return ", and waits until a person approves or denies it";
  if (enforcement !== "kill" || on_kill === "none") return "";
  return on_kill === "freeze_agent" ? ", and its agent is frozen" : ", and its API key is frozen";
}
