import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conflictStrategies, type Enforcement, enforcements, type Metric } from "@/db/vocabulary";
import { canonicalText } from "@/server/evidence/canonical";
import { buildPolicySet, type FrozenLimit, type FrozenRule, type PolicySet } from "@/server/policies/policy-set";

const settings = { near_percentage: 80, windows_apply: false };

function rule(fields: Partial<FrozenRule> & { policy_id: string }): FrozenRule {
  return {
    name: `Policy ${fields.policy_id}`,
    version: 1,
    rule_type: "token_limit",
    category: "OPERATIONAL",
    metric: "run.tokens",
    threshold: "10000",
    near_percentage: 80,
    enforcement: "stop",
    on_kill: "none",
    bound_by: "all_runs",
    precedence: 100,
    conflict_strategy: "most_restrictive",
    bind_at: "each_step",
    rollout: "active",
    content_hash: "sha256:00",
    ...fields,
  };
}

function threshold(fields: Partial<FrozenLimit> & { limit_id: string }): FrozenLimit {
  return {
    name: `Limit ${fields.limit_id}`,
    version: 1,
    limit_type: "TOKENS",
    per: "run",
    max_value: "10000",
    enforcement: "stop",
    near_percentage: 80,
    content_hash: "sha256:00",
    ...fields,
  };
}

function limitsOf(set: PolicySet) {
  return set.effective.map(({ metric, enforcement, limit, policy_id, limit_id, lost }) => ({
    metric,
    enforcement,
    limit,
    id: policy_id ?? limit_id,
    lost,
  }));
}

describe("arbitration", () => {
  it("takes the lowest limit and names what it beat", () => {
    const set = buildPolicySet([rule({ policy_id: "a", threshold: "20000" }), rule({ policy_id: "b" })], [], settings);
    expect(limitsOf(set)).toEqual([
      {
        metric: "run.tokens",
        enforcement: "stop",
        limit: "10000",
        id: "b",
        lost: [{ policy_id: "a", limit: "20000", why: "less_restrictive" }],
      },
    ]);
  });

  it("lets rules of different enforcement hold side by side", () => {
    const warn = rule({ policy_id: "a", enforcement: "warn", threshold: "5000" });
    const set = buildPolicySet([warn, rule({ policy_id: "b" })], [], settings);
    expect(limitsOf(set).map(({ enforcement, limit }) => [enforcement, limit])).toEqual([
      ["stop", "10000"],
      ["warn", "5000"],
    ]);
  });

  it.each(["10000", "10001"])("lists a warn at %s behind a stop at 10000 as dominated", (limit) => {
    const warn = rule({ policy_id: "a", enforcement: "warn", threshold: limit });
    const set = buildPolicySet([warn, rule({ policy_id: "b" })], [], settings);
    expect(limitsOf(set)).toEqual([
      expect.objectContaining({ id: "b", lost: [{ policy_id: "a", limit, why: "dominated" }] }),
    ]);
  });

  it("keeps a milder limit that the harsher one is not evaluated for", () => {
    const warn = rule({ policy_id: "a", enforcement: "warn", bind_at: "step_end" });
    const stop = rule({ policy_id: "b", bind_at: "step_start" });
    expect(buildPolicySet([warn, stop], [], settings).effective).toHaveLength(2);
  });

  it("keeps a warn above a pause: a release lets the value grow on", () => {
    const warn = rule({ policy_id: "a", enforcement: "warn", threshold: "20000" });
    const pause = rule({ policy_id: "b", enforcement: "pause" });
    expect(buildPolicySet([warn, pause], [], settings).effective).toHaveLength(2);
  });

  it("treats 0 as a real limit", () => {
    const set = buildPolicySet([rule({ policy_id: "a", threshold: "0" }), rule({ policy_id: "b" })], [], settings);
    expect(limitsOf(set)[0]).toMatchObject({ limit: "0", id: "a" });
  });

  it("compares as numbers and below the cent", () => {
    const cents = { metric: "run.cost_cents" as const };
    const rules = [
      rule({ policy_id: "a", ...cents, threshold: "9.5" }),
      rule({ policy_id: "b", ...cents, threshold: "9.4999" }),
      rule({ policy_id: "c", ...cents, threshold: "10" }),
    ];
    expect(limitsOf(buildPolicySet(rules, [], settings))[0]).toMatchObject({ limit: "9.4999", id: "b" });
  });

  it("gives equal values to the stronger policy, then to the lower id", () => {
    const rules = [rule({ policy_id: "c" }), rule({ policy_id: "b", precedence: 50 }), rule({ policy_id: "a" })];
    expect(limitsOf(buildPolicySet(rules, [], settings))[0]).toEqual(
      expect.objectContaining({
        id: "b",
        lost: [
          { policy_id: "a", limit: "10000", why: "same_value" },
          { policy_id: "c", limit: "10000", why: "same_value" },
        ],
      }),
    );
  });
});

describe("strategies", () => {
  const explicit = { conflict_strategy: "explicit_priority" as const };

  it("explicit_priority: the lowest number wins, though its limit is higher", () => {
    const strong = rule({ policy_id: "b", precedence: 1, threshold: "20000", ...explicit });
    expect(limitsOf(buildPolicySet([rule({ policy_id: "a" }), strong], [], settings))[0]).toMatchObject({
      id: "b",
      limit: "20000",
      lost: [{ policy_id: "a", limit: "10000", why: "lower_priority" }],
    });
  });

  it("explicit_priority: a tie goes to the most restrictive, then to the id", () => {
    const rules = [rule({ policy_id: "a", threshold: "20000", ...explicit }), rule({ policy_id: "b", ...explicit })];
    expect(limitsOf(buildPolicySet(rules, [], settings))[0]).toMatchObject({ id: "b" });
  });

  it("is the strategy of the strongest policy; of two at the top, the stricter", () => {
    const strategyOf = (rules: FrozenRule[]) => buildPolicySet(rules, [], settings).strategy;
    const closed = { conflict_strategy: "fail_closed" as const };
    expect(strategyOf([rule({ policy_id: "a", ...closed }), rule({ policy_id: "b", precedence: 5 })])).toBe(
      "most_restrictive",
    );
    expect(strategyOf([rule({ policy_id: "a", ...explicit }), rule({ policy_id: "b" })])).toBe("most_restrictive");
    expect(strategyOf([rule({ policy_id: "a" }), rule({ policy_id: "b", ...closed })])).toBe("fail_closed");
    expect(strategyOf([])).toBe("most_restrictive");
  });

  it("fail_closed: disagreement at the winning precedence is ambiguous, below it is not", () => {
    const closed = { conflict_strategy: "fail_closed" as const };
    const disagreeing = [rule({ policy_id: "a", ...closed }), rule({ policy_id: "b", threshold: "20000" })];
    const set = buildPolicySet(disagreeing, [], settings);
    expect(set).toMatchObject({ ambiguous: true });
    expect(set.ambiguity).toContain("10000 (a) and 20000 (b)");
    const ranked = [rule({ policy_id: "a", precedence: 1, ...closed }), rule({ policy_id: "b", threshold: "5000" })];
    expect(buildPolicySet(ranked, [], settings)).toMatchObject({ ambiguous: false, effective: [{ limit: "5000" }] });
    const agreeing = [rule({ policy_id: "a", ...closed }), rule({ policy_id: "b" })];
    expect(buildPolicySet(agreeing, [], settings).ambiguous).toBe(false);
  });

  it("fail_closed: a THRESHOLD limit takes part at precedence 100", () => {
    const closed = rule({ policy_id: "a", conflict_strategy: "fail_closed" });
    expect(buildPolicySet([closed], [threshold({ limit_id: "l", max_value: "9000" })], settings).ambiguous).toBe(true);
  });

  it("fail_closed: a rule without precedence is ambiguous; under other strategies it stands at the default", () => {
    const missing = rule({ policy_id: "a", precedence_missing: true });
    const closed = rule({ policy_id: "b", precedence: 1, conflict_strategy: "fail_closed" });
    expect(buildPolicySet([missing, closed], [], settings).ambiguity).toBe("policy a has no precedence");
    expect(buildPolicySet([missing], [], settings).ambiguous).toBe(false);
  });
});

describe("what takes part", () => {
  it("a THRESHOLD limit competes with rules of its metric and enforcement", () => {
    const set = buildPolicySet([rule({ policy_id: "a" })], [threshold({ limit_id: "l", max_value: "9000" })], settings);
    expect(limitsOf(set)).toEqual([
      expect.objectContaining({ id: "l", lost: [{ policy_id: "a", limit: "10000", why: "less_restrictive" }] }),
    ]);
  });

  it("default thresholds apply only where nothing at all applies", () => {
    const defaults = buildPolicySet([], [], settings);
    expect(defaults).toMatchObject({ defaults_apply: true, ambiguous: false });
    expect(limitsOf(defaults).map(({ metric, limit }) => [metric, limit])).toEqual([
      ["run.tokens", "100000"],
      ["run.cost_cents", "1000"],
      ["step.tokens", "10000"],
      ["step.cost_cents", "100"],
    ]);
    expect(buildPolicySet([], [], { ...settings, windows_apply: true }).effective).toEqual([]);
    const condition = rule({ policy_id: "a" });
    delete condition.metric;
    delete condition.threshold;
    const conditional = buildPolicySet([{ ...condition, condition: "run.steps > 3" }], [], settings);
    expect(conditional).toMatchObject({ defaults_apply: false, effective: [], conditions: ["a"] });
  });

  it("shadow rules are arbitrated among themselves and displace nothing", () => {
    const rules = [
      rule({ policy_id: "a", threshold: "5000", rollout: "shadow", conflict_strategy: "fail_closed", precedence: 1 }),
      rule({ policy_id: "b", threshold: "7000", rollout: "shadow" }),
    ];
    const set = buildPolicySet(rules, [], settings);
    expect(set).toMatchObject({ defaults_apply: true, strategy: "most_restrictive", ambiguous: false });
    expect(set.shadow.effective).toMatchObject([{ limit: "5000", policy_id: "a", lost: [{ policy_id: "b" }] }]);
    const both = buildPolicySet([...rules, rule({ policy_id: "c" })], [], settings);
    expect(both.effective).toMatchObject([{ limit: "10000", policy_id: "c", lost: [] }]);
  });
});

const anyRule = fc
  .record({
    n: fc.integer({ min: 0, max: 40 }),
    metric: fc.constantFrom<Metric>("run.tokens", "step.tokens"),
    threshold: fc.integer({ min: 0, max: 4 }),
    enforcement: fc.constantFrom("warn", "pause", "stop", "kill"),
    precedence: fc.constantFrom(1, 2, 100),
    conflict_strategy: fc.constantFrom(...conflictStrategies),
    bind_at: fc.constantFrom("each_step", "step_start", "step_end"),
    rollout: fc.constantFrom("active", "active", "shadow"),
  })
  .map(({ n, threshold: value, ...fields }) => rule({ ...fields, policy_id: `p${n}`, threshold: `${value}` }));
const anyRules = fc.uniqueArray(anyRule, { selector: (one) => one.policy_id, maxLength: 12 });
const anyLimits = fc.uniqueArray(
  fc
    .record({
      n: fc.integer({ min: 0, max: 9 }),
      max: fc.integer({ min: 0, max: 4 }),
      enforcement: fc.constantFrom("refuse", "stop", "warn"),
    })
    .map(({ n, max, enforcement }) => threshold({ limit_id: `l${n}`, max_value: `${max}`, enforcement })),
  { selector: (one) => one.limit_id, maxLength: 4 },
);

interface Entry {
  id: string;
  group: string;
  metric: Metric;
  enforcement: Enforcement;
  bindAt: string;
  value: number;
  precedence: number;
}

// The reference decides each pair by itself: "does any other beat this one?", without sorting or grouping.
function standingByReference(rules: FrozenRule[], limits: FrozenLimit[], strategy: PolicySet["strategy"]): string[] {
  const entries: Entry[] = [
    ...rules.map((one) => ({
      id: one.policy_id,
      group: `${one.metric}/${one.enforcement}/${one.bind_at}`,
      metric: one.metric ?? "run.tokens",
      enforcement: one.enforcement,
      bindAt: one.bind_at,
      value: Number(one.threshold),
      precedence: one.precedence,
    })),
    ...limits.map((one) => ({
      id: one.limit_id,
      group: `run.tokens/${one.enforcement}/each_step`,
      metric: "run.tokens" as const,
      enforcement: one.enforcement,
      bindAt: "each_step",
      value: Number(one.max_value),
      precedence: 100,
    })),
  ];
  const beats = (a: Entry, b: Entry): boolean => {
    if (strategy === "explicit_priority" && a.precedence !== b.precedence) return a.precedence < b.precedence;
    if (a.value !== b.value) return a.value < b.value;
    return a.precedence !== b.precedence ? a.precedence < b.precedence : a.id < b.id;
  };
  const winners = entries.filter(
    (one) => !entries.some((other) => other !== one && other.group === one.group && beats(other, one)),
  );
  const harshness = (entry: Entry) => enforcements.indexOf(entry.enforcement);
  const ends = (entry: Entry) => entry.enforcement === "stop" || entry.enforcement === "kill";
  const hides = (a: Entry, b: Entry) =>
    ends(a) &&
    a.metric === b.metric &&
    harshness(a) > harshness(b) &&
    a.value <= b.value &&
    (a.bindAt === "each_step" || a.bindAt === b.bindAt);
  return winners
    .filter((one) => !winners.some((other) => hides(other, one)))
    .map((one) => one.id)
    .sort();
}

describe("properties", () => {
  it("agrees with a reference that compares pairs", () => {
    fc.assert(
      fc.property(anyRules, anyLimits, (rules, limits) => {
        const set = buildPolicySet(rules, limits, { ...settings, windows_apply: true });
        const active = rules.filter((one) => one.rollout === "active");
        const shown = set.effective.map((one) => one.policy_id ?? one.limit_id ?? "").sort();
        expect(shown).toEqual(standingByReference(active, limits, set.strategy));
        const shadow = rules.filter((one) => one.rollout === "shadow");
        const shadowShown = set.shadow.effective.map((one) => one.policy_id ?? "").sort();
        const top = shadow.filter((one) => one.precedence === Math.min(...shadow.map((other) => other.precedence)));
        const strategy = (["fail_closed", "most_restrictive", "explicit_priority"] as const).find((known) =>
          top.some((one) => one.conflict_strategy === known),
        );
        expect(shadowShown).toEqual(standingByReference(shadow, [], strategy ?? "most_restrictive"));
      }),
      { numRuns: 3_000 },
    );
  });

  it("loses nothing: every limit either stands or is listed once, by an active winner", () => {
    fc.assert(
      fc.property(anyRules, anyLimits, (rules, limits) => {
        const set = buildPolicySet(rules, limits, { ...settings, windows_apply: true });
        const named = set.effective.flatMap((one) => [one, ...one.lost]).map((one) => one.policy_id ?? one.limit_id);
        const given = [
          ...rules.filter((one) => one.rollout === "active").map((one) => one.policy_id),
          ...limits.map((one) => one.limit_id),
        ];
        expect(named.sort()).toEqual(given.sort());
      }),
    );
  });

  it("does not depend on the order in which rules and limits come, byte for byte", () => {
    fc.assert(
      fc.property(anyRules, anyLimits, fc.infiniteStream(fc.nat()), (rules, limits, seeds) => {
        const shuffled = <T>(list: T[]) =>
          list
            .map((one) => [seeds.next().value, one] as const)
            .sort((a, b) => a[0] - b[0])
            .map(([, one]) => one);
        const one = canonicalText(asCanonical(buildPolicySet(rules, limits, settings)));
        expect(canonicalText(asCanonical(buildPolicySet(shuffled(rules), shuffled(limits), settings)))).toBe(one);
      }),
    );
  });

  it("is ambiguous exactly under fail_closed with distinct values at a group's lowest precedence", () => {
    fc.assert(
      fc.property(anyRules, (rules) => {
        const set = buildPolicySet(rules, [], settings);
        const active = rules.filter((one) => one.rollout === "active");
        const group = (one: FrozenRule) => `${one.metric}/${one.enforcement}/${one.bind_at}`;
        const disagree = active.some((a) =>
          active.some(
            (b) =>
              group(a) === group(b) &&
              a.precedence === b.precedence &&
              a.threshold !== b.threshold &&
              !active.some((c) => group(c) === group(a) && c.precedence < a.precedence),
          ),
        );
        expect(set.ambiguous).toBe(set.strategy === "fail_closed" && disagree);
      }),
    );
  });
});

// An interface has no index signature, which is all that CanonicalObject asks for beyond what a policy set is.
function asCanonical(set: PolicySet): Parameters<typeof canonicalText>[0] {
  return set as unknown as Parameters<typeof canonicalText>[0];
}
