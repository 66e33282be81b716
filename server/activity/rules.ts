// What a run is to the reader: whether it counts, how risky it looks, how a step turned out. Pure.

import { liveRunStatuses, type RunStatus } from "@/db/vocabulary";
import type { RiskLevel } from "@/server/activity/contract";

const live: ReadonlySet<string> = new Set<RunStatus>(liveRunStatuses);

export function isLive(status: string): boolean {
  return live.has(status);
}

/** Whether any metric of runs includes it: a rehearsal is none of the business, and a refused start never was a run. */
export function countsInMetrics(run: { synthetic: boolean; refusalReason: string | null }): boolean {
  return !run.synthetic && run.refusalReason === null;
}

type RiskFacts = {
  status: string;
  hasViolation: boolean;
  signals: { near: number; breach: number };
};

/** The gravest that applies: something was violated, the run failed, a limit was near. */
export function riskLevelOf(facts: RiskFacts): RiskLevel {
  if (facts.hasViolation || facts.signals.breach > 0) return "VIOLATED";
  if (facts.status === "failed" || facts.status === "failed_policy") return "AT_RISK";
  return facts.signals.near > 0 ? "NEAR_THRESHOLD" : "NORMAL";
}

export type StepFacts = { stepType: string; action: string; status: string | null; isInflection: boolean };

/** `violation`: the step that broke policy, one that was blocked, and the record that says so. */
export function stepVerdictOf(step: StepFacts): "ok" | "warning" | "violation" {
  if (step.isInflection || step.stepType === "violation") return "violation";
  if (step.stepType === "stopped") return "ok";
  if (step.action === "block") return "violation";
  return step.action === "warn" ? "warning" : "ok";
}

/** As logs show it: failures and violations are errors, retries and warnings are warnings. */
export function stepLevelOf(step: StepFacts): "INFO" | "WARN" | "ERROR" {
  const verdict = stepVerdictOf(step);
  if (verdict === "violation" || step.status === "failure") return "ERROR";
  return verdict === "warning" || step.status === "retry" ? "WARN" : "INFO";
}

const DECIMAL = /^(\d+)(?:\.(\d+))?$/;

/** How far `actual` lies over `threshold`, exactly; null unless both are plain decimals and it does. */
export function excessOver(threshold: string | null, actual: string | null): string | null {
  const found = compared(threshold, actual);
  return found === null ? null : decimal(found.excess, found.digits);
}

/** In per cent of the threshold, two decimals rounded down; null for a threshold of 0, which has no percentage. */
export function excessPercentage(threshold: string | null, actual: string | null): number | null {
  const found = compared(threshold, actual);
  return found === null || found.limit === 0n ? null : Number((found.excess * 10_000n) / found.limit) / 100;
}

// Both as integers of one scale: in doubles 0.11 is not quite ten per cent over 0.1.
function compared(threshold: string | null, actual: string | null) {
  const [limit, used] = [DECIMAL.exec(threshold ?? ""), DECIMAL.exec(actual ?? "")];
  if (limit === null || used === null) return null;
  const digits = Math.max(limit[2]?.length ?? 0, used[2]?.length ?? 0);
  const scaled = {
    limit: toInteger(limit, digits),
    excess: toInteger(used, digits) - toInteger(limit, digits),
    digits,
  };
  return scaled.excess > 0n ? scaled : null;
}

function toInteger(match: RegExpExecArray, digits: number): bigint {
  return BigInt(`${match[1] ?? ""}${(match[2] ?? "").padEnd(digits, "0")}`);
}

function decimal(value: bigint, digits: number): string {
  const text = value.toString().padStart(digits + 1, "0");
  const fraction = text.slice(text.length - digits).replace(/0+$/, "");
  const whole = text.slice(0, text.length - digits);
  return digits === 0 || fraction === "" ? whole : `${whole}.${fraction}`;
}
