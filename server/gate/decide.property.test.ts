// The gate's decision against the reference, which shares no code with it. A difference names the seeds that replay it:
// `DECISION_SEED=<set> npx vitest run server/gate/decide.property.test.ts` runs that set alone.

import { describe, expect, test } from "vitest";
import { buildPolicySet } from "@/server/policies/policy-set";
import { decide } from "./decide";
import type { Candidate, Decision } from "./decision";
import { compilePlan, type Plan } from "./plan";
import { diceOf } from "./testing/dice";
import { aimsOf, momentOf } from "./testing/random-moments";
import { policiesOf } from "./testing/random-policies";
import { judge, type Signal, type Situation } from "./testing/reference";
import type { Act } from "./testing/reference-acts";
import { arbitrated, type Standings } from "./testing/reference-arbitration";

const SETS = 4_200;
const LEAST = 1_000_000;
const MOMENTS = 250;
const only = process.env.DECISION_SEED;

/** A set that is not ambiguous, compiled both ways; null where a run would not start. */
function bothWays(seed: number) {
  const policies = policiesOf(diceOf(seed));
  const set = buildPolicySet(policies.rules, policies.limits, {
    near_percentage: policies.near,
    windows_apply: policies.hasWindows,
  });
  const standings = arbitrated(policies);
  const won = set.effective.map((limit) => `${limit.key} ${limit.limit} ${limit.policy_id ?? limit.limit_id ?? ""}`);
  const stand = standings.active.map(
    (limit) => `${limit.key} ${limit.limit} ${limit.policy_id ?? limit.limit_id ?? ""}`,
  );
  expect({ strategy: set.strategy, ambiguous: set.ambiguous, won: won.sort() }, `set ${seed}`).toEqual({
    strategy: standings.strategy,
    ambiguous: standings.isAmbiguous,
    won: stand.sort(),
  });
  return set.ambiguous ? null : { aims: aimsOf(policies), plan: compilePlan(set), standings };
}

function difference(plan: Plan, standings: Standings, situation: Situation): string | null {
  const { condition: _condition, ...input } = situation;
  const decision = decide({ plan, ...input });
  const judgement = judge(standings, situation);
  const { acts, would } = judgement;
  const compared: [string, unknown, unknown][] = [
    ["action", decision.action, judgement.action],
    ["enforcement", decision.enforcement, judgement.enforcement],
    ["severity", decision.severity, judgement.severity],
    ["retry_after_ms", decision.retry_after_ms, judgement.retry_after_ms],
    ["winner", decision.winner === null ? "" : shown(decision.winner), acts[0] === undefined ? "" : shown(acts[0])],
    ["acts", list(decision.candidates, shown), list(acts, shown)],
    ["would", list(decision.would, shown), list(would, shown)],
    ["matched", list(decision.matched, matchedText), matchedTexts(acts, would)],
    [
      "passed",
      decision.passed
        .map((one) => one.policy_id)
        .sort()
        .join(),
      [...judgement.passed].sort().join(),
    ],
    ["evaluated", entries(decision.evaluated), entries(judgement.evaluated)],
    ["signals", signalTexts(decision.signals), signalTexts(judgement.signals)],
  ];
  const differing = compared.filter(([, decided, judged]) => decided !== judged);
  return differing.length === 0
    ? null
    : differing.map(([field, ...both]) => `${field}: ${both.join(" ≠ ")}`).join("\n");
}

function list<T>(all: readonly T[], text: (one: T) => string): string {
  let joined = "";
  for (const one of all) joined += `${text(one)}; `;
  return joined;
}

function shown(one: Act | Candidate): string {
  const who = `${one.key} ${one.enforcement} ${one.source} ${one.policy_id} ${one.limit_id} ${one.violation_type}`;
  return `${who} ${one.threshold} ${one.actual} ${one.projected}`;
}

function matchedText(one: Decision["matched"][number]): string {
  return `${one.policy_id} ${one.limit_id} ${one.action} ${one.won} ${one.shadow}`;
}

function matchedTexts(acts: readonly Act[], would: readonly Act[]): string {
  const action = ({ enforcement }: Act) => (enforcement === "warn" || enforcement === "refuse" ? enforcement : "block");
  const of = (one: Act, won: boolean, shadow: boolean) => {
    return matchedText({ policy_id: one.policy_id, limit_id: one.limit_id, action: action(one), won, shadow });
  };
  return list(acts, (one) => of(one, one === acts[0], false)) + list(would, (one) => of(one, false, true));
}

function entries(record: Readonly<Record<string, number>>): string {
  const keys = Object.keys(record);
  return keys.length === 0 ? "" : list(keys.sort(), (key) => `${key} ${record[key]}`);
}

function signalTexts(signals: readonly Signal[]): string {
  const text = (one: Signal) => {
    const from = `${one.key} ${one.type} ${one.metric} ${one.enforcement} ${one.source} ${one.policy_id} ${one.limit_id}`;
    return `${from} ${one.current} ${one.threshold} ${one.percentage}`;
  };
  return signals.length === 0 ? "" : signals.map(text).sort().join("; ");
}

describe("decide and the reference", () => {
  test(`E3: ${LEAST} random moments of random policies, 0 differences`, { timeout: 300_000 }, () => {
    const seen = { cases: 0 };
    const differences: string[] = [];
    const seeds = only === undefined ? Array.from({ length: SETS }, (_, seed) => seed) : [Number(only)];
    for (const seed of seeds) {
      const both = bothWays(seed);
      if (both === null) continue;
      for (let moment = 0; moment < MOMENTS; moment += 1) {
        const situation = momentOf(diceOf(seed * 65_536 + moment), both.aims);
        const found = difference(both.plan, both.standings, situation);
        if (found !== null && differences.length < 20) differences.push(`set ${seed} moment ${moment}\n${found}`);
        seen.cases += 1;
      }
    }
    expect(differences).toEqual([]);
    if (only === undefined) expect(seen.cases).toBeGreaterThanOrEqual(LEAST);
  });
});
