import { describe, expect, test } from "vitest";
import type { DebriefFacts } from "@/server/exports/content/debrief-facts";
import { businessImpactOf, incidentSummaryOf } from "@/server/exports/content/debrief-words";
import { recommendedActionsOf } from "@/server/exports/content/recommended-actions";

const violation: NonNullable<DebriefFacts["violation"]> = {
  ...{ step_index: 3, timestamp: "2026-01-22T09:30:06.250Z", reason: "run.tokens 15000 is over the limit of 10000" },
  ...{ source: "rule", violation_type: "token_limit", severity: "high", policy_id: "p", limit_id: null },
  ...{ policy_name: "Token Limit Policy", metric: "run.tokens", threshold_value: "10000", actual_value: "15000" },
  ...{ projected: false, excess: "5000", excess_percentage: 50 },
  ...{ step_had_run: true, enforcement: "stop", course: "stopped", releases: [] },
};
const run: NonNullable<DebriefFacts["run"]> = {
  ...{ agentId: "invoice-bot", agentVerified: true, goal: null, status: "failed_policy", endNote: null, isLive: false },
  ...{ costCents: 450, costIsComplete: true, isCostComputed: false, tokens: 15_000, stepsCompleted: 3 },
  ...{ nearAt: null, postsAfterStop: 0 },
  ungoverned: { records: 0, tokens: 0, costCents: 0 },
  ...{ failOpenPasses: 0, shadowWouldAct: [], presumedSteps: 0 },
};
const resolved: DebriefFacts["incident"] = {
  ...{ title: "Token Limit Policy", type: "token_limit_exceeded", severity: "high", status: "resolved" },
  ...{ description: null, createdAt: "2026-01-22T09:30:06.250Z", isManual: false, errorMessage: null },
  ...{ acknowledgedAt: "2026-01-22T09:35:00.000Z", acknowledgedBy: "Ada" },
  ...{ resolvedAt: "2026-01-22T10:00:00.000Z", resolvedBy: "Ada", resolutionMethod: "policy_enforcement" },
  ...{ slaDueAt: "2026-01-22T13:30:06.250Z", slaState: "met" },
};
const facts: DebriefFacts = {
  incident: resolved,
  run,
  violation,
  endedBy: null,
  hold: { action: "stop", at: new Date("2026-01-22T09:30:06.250Z"), beforeTheStep: false },
  recurrences: 0,
  isVerified: true,
  finding: null,
};
const ids = (of: DebriefFacts) => recommendedActionsOf(of).map((action) => action.id);

describe("the summary", () => {
  test("tells the reference story in three sentences", () => {
    expect(incidentSummaryOf(facts)).toBe(
      "On 2026-01-22 09:30:06 UTC agent invoice-bot broke “Token Limit Policy” at step 3 (run.tokens 15000 is over the limit of 10000); the run was ended there, after the step was reported. " +
        "The incident has severity high and was resolved on 2026-01-22 10:00:00 UTC by policy enforcement. " +
        "The run used 15,000 tokens in 3 completed steps at a cost of $4.50, as its runner reported.",
    );
  });

  test("says of an unknown cost that it is unknown, and of a lower bound that it is one", () => {
    expect(incidentSummaryOf({ ...facts, run: { ...run, costCents: null } })).toContain("not known in full");
    expect(incidentSummaryOf({ ...facts, run: { ...run, costIsComplete: false } })).toContain("at least $4.50");
  });

  test("of an incident without a run speaks of no run", () => {
    const manual = { ...facts, run: null, violation: null, hold: null, incident: { ...resolved, isManual: true } };
    expect(incidentSummaryOf(manual)).toMatch(/^A person reported an incident on 2026-01-22/);
    expect(incidentSummaryOf(manual)).not.toMatch(/agent|token|\$/);
    expect(businessImpactOf(manual)[0]).toContain("No run");
  });
});

describe("a pause", () => {
  const ada = { id: "user:u-1", name: "Ada" };
  const [at, later] = ["2026-01-22T09:40:00.000Z", "2026-01-22T09:50:00.000Z"];
  const approval = { decision: "approve", at, by: ada, reason: "go on" } as const;
  const denial = { decision: "deny", at: later, by: ada, reason: "too dear" } as const;
  const told = (course: Partial<typeof violation>, more: Partial<DebriefFacts> = {}) =>
    incidentSummaryOf({
      ...facts,
      ...more,
      violation: { ...violation, enforcement: "pause", step_had_run: false, ...course },
    });

  test.each([
    [
      "denied",
      { course: "denied", releases: [denial] },
      "Ada denied its release on 2026-01-22 09:50:00 UTC (“too dear”), which ended it.",
    ],
    ["timed out", { course: "timed_out" }, "nobody decided about its release in time, which ended it."],
    ["waiting", { course: "waits" }, "it waits for release."],
    [
      "approved",
      { course: "released", releases: [approval] },
      "Ada approved its release on 2026-01-22 09:40:00 UTC (“go on”), and it went on.",
    ],
    [
      "approved without words",
      { course: "released", releases: [{ ...approval, reason: " " }] },
      "Ada approved its release on 2026-01-22 09:40:00 UTC, and it went on.",
    ],
    [
      "approved twice",
      { course: "released", releases: [approval, approval] },
      "its release was approved 2 times, last by Ada on 2026-01-22 09:40:00 UTC (“go on”).",
    ],
    [
      "approved, then denied",
      { course: "denied", releases: [approval, denial] },
      "and it went on; it was paused again; Ada denied its release",
    ],
  ] as [string, Partial<typeof violation>, string][])(
    "that was %s is told with who, when and why",
    (_name, course, words) => {
      expect(told(course)).toContain("the run was paused there, before the step ran; ");
      expect(told(course)).toContain(words);
    },
  );

  test("that was approved does not take the blame for what ended the run later", () => {
    const other = { ...violation, policy_name: "Never above 10,000 tokens", step_index: 5 };
    const text = told(
      { course: "released", releases: [approval], policy_name: "No deploys" },
      { endedBy: other, hold: null },
    );
    expect(text).toContain("broke “No deploys” at step 3");
    expect(text).toContain("the run was ended later by “Never above 10,000 tokens”, at step 5.");
  });
});

describe("recommended actions", () => {
  test("follow from facts: a run stopped before the step, resolved, needs none", () => {
    expect(ids({ ...facts, violation: { ...violation, step_had_run: false } })).toEqual([]);
  });

  test.each<[string, Partial<DebriefFacts>]>([
    ["investigate_evidence", { isVerified: false, finding: "record_changed" }],
    ["acknowledge", { incident: { ...resolved, status: "active", slaState: "pending" } }],
    ["resolve", { incident: { ...resolved, status: "acknowledged", slaState: "pending" } }],
    ["escalate", { incident: { ...resolved, status: "acknowledged", slaState: "breached" } }],
    ["honour_the_stop", { run: { ...run, postsAfterStop: 3 } }],
    ["ask_before_the_step", {}],
    ["price_the_model", { run: { ...run, costIsComplete: false } }],
    ["bind_the_key", { run: { ...run, agentVerified: false } }],
    ["fix_the_error", { incident: { ...resolved, errorMessage: "out of memory" } }],
    ["review_the_policy", { recurrences: 3 }],
    ["write_a_rule", { violation: { ...violation, source: "default" } }],
    ["promote_the_shadow_rule", { run: { ...run, shadowWouldAct: [{ name: "Cap", stepIndex: 2 }] } }],
    ["repair_the_condition", { run: { ...run, failOpenPasses: 1 } }],
    ["act_on_near", { run: { ...run, nearAt: "2026-01-22T09:30:01.000Z" } }],
  ])("%s, each with its why", (id, more) => {
    const action = recommendedActionsOf({ ...facts, ...more }).find((one) => one.id === id);
    expect(action).toMatchObject({ action: expect.stringMatching(/\S/), why: expect.stringMatching(/\S/) });
  });

  test("the pressing ones come first", () => {
    const late = { ...resolved, status: "active", slaState: "breached" } as const;
    const found = recommendedActionsOf({ ...facts, incident: late, isVerified: false });
    expect(found.map((action) => action.priority)).toEqual([...found.map((action) => action.priority)].sort(byUrgency));
    expect(found[0]?.id).toBe("investigate_evidence");
  });
});

function byUrgency(a: string, b: string): number {
  return ["now", "soon", "later"].indexOf(a) - ["now", "soon", "later"].indexOf(b);
}
