// A limit as a person would say it.

import { amountOf } from "@/components/activity/metric-words";
import { count, duration, plural } from "@/components/data/format";
import { names } from "@/components/policies/rule-sentence";
import type {
  LimitCategory,
  LimitEnforcement,
  LimitPer,
  LimitScopeType,
  LimitStatus,
  LimitType,
  ResetPeriod,
} from "@/db/vocabulary";

export interface LimitWords {
  limit_category: LimitCategory;
  limit_type: LimitType;
  scope: { type: LimitScopeType; ids: readonly string[] };
  /** In the wire's unit; null while it is not known. */
  max_value: number | null;
  reset_period: ResetPeriod | null;
  window_seconds: number | null;
  per: LimitPer | null;
  enforcement: LimitEnforcement;
  near_percentage: number;
  status: LimitStatus;
}

/** "All runs together may spend at most $500.00 a day." */
export function limitSentence(limit: LimitWords): string {
  return `${who(limit)} may ${verbs[limit.limit_type]} at most ${amount(limit)}${window(limit)}.`;
}

/** What happens beyond it, when it warns, and whether it is on. */
export function limitNotes(limit: LimitWords): string[] {
  if (limit.status === "disabled") return ["Switched off: it holds nothing back."];
  return [beyond(limit), nearNote(limit)].filter((note): note is string => note !== null);
}

const verbs: Readonly<Record<LimitType, string>> = {
  COST_CENTS: "cost",
  TOKENS: "use",
  RUNS: "start",
  STEPS: "take",
  CONCURRENT_RUNS: "have",
};

function amount({ limit_type, max_value }: LimitWords): string {
  return max_value === null ? "…" : amountOf(limit_type, max_value);
}

function who({ limit_category, limit_type, per, scope }: LimitWords): string {
  const isOfOne = limit_category === "THRESHOLD" && limit_type !== "CONCURRENT_RUNS";
  if (!isOfOne) return owner(scope);
  const what = per === "step" ? "A step" : "A run";
  return scope.type === "tenant" ? what : `${what} of ${lower(owner(scope))}`;
}

const owners: Readonly<Record<Exclude<LimitScopeType, "tenant">, readonly [each: string, one: string]>> = {
  agent: ["Each agent", "Agent"],
  api_key: ["Each API key", "API key"],
  human_actor: ["Each person", "Person"],
  project: ["Each project", "Project"],
  provider: ["Each provider", "Provider"],
};

function owner({ type, ids }: LimitWords["scope"]): string {
  if (type === "tenant") return "All runs together";
  const [each, one] = owners[type];
  if (ids.length === 0) return each;
  if (type === "api_key")
    return ids.length === 1 ? "One chosen API key" : `Each of ${count(ids.length)} chosen API keys`;
  return ids.length === 1 ? `${one} ${names(ids)}` : `Each of ${names(ids, "and")}`;
}

function lower(text: string): string {
  return text.startsWith("API") ? text : text.charAt(0).toLowerCase() + text.slice(1);
}

const periods: Readonly<Record<ResetPeriod, string>> = {
  daily: " a day",
  weekly: " a week",
  monthly: " a month",
  none: " in all",
};

function window({ limit_category, limit_type, reset_period, window_seconds }: LimitWords): string {
  if (limit_type === "CONCURRENT_RUNS") return " at the same time";
  if (limit_category === "BUDGET") return reset_period === null ? "" : periods[reset_period];
  if (limit_category === "RATE") return ` in any ${windowText(window_seconds)}`;
  return "";
}

/** Of a RATE: "60 seconds", "1 h". */
export function windowText(seconds: number | null): string {
  if (seconds === null) return "…";
  return seconds < 300 ? plural(seconds, "second") : duration(seconds * 1_000);
}

function beyond({ enforcement, limit_type }: LimitWords): string {
  if (enforcement === "warn") return "Going beyond is recorded, and nothing is held back.";
  if (enforcement === "stop") return "A run that would go beyond ends, and an incident is opened.";
  const isOfStarts = limit_type === "RUNS" || limit_type === "CONCURRENT_RUNS";
  return isOfStarts
    ? "A start beyond it is refused and can be tried again."
    : "A step that would go beyond may not run now; its run stays alive and can ask again.";
}

function nearNote({ near_percentage, max_value, limit_type }: LimitWords): string | null {
  if (max_value === null || max_value === 0) return null;
  return `A signal comes at ${near_percentage}%, which is ${amountOf(limit_type, Math.floor(max_value * near_percentage) / 100)}.`;
}
