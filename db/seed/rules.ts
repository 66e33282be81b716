// The demo's rules and limits, each made once: by name it is found again.

import { and, eq } from "drizzle-orm";
import { limits, policyRules } from "@/db/schema/policies";
import { command } from "@/db/seed/acts";
import type { Crew } from "@/db/seed/demo-tenant";
import { asTenant } from "@/server/platform/db/tenant-db";
import { addRule, changeRule } from "@/server/policies/commands";
import { addLimit } from "@/server/policies/limits";
import { LimitBody, RuleBody } from "@/server/policies/wire";

const TOKEN_RULE = "Token Limit Policy";
const COST_RULE = "Cost Cap";
const PAYMENT_RULE = "Payments wait for release";
const SHADOW_RULE = "Step budget (trial)";
const DAILY_LIMIT = "Daily spend";
const RESEARCH_LIMIT = "Research budget";

/** The cap at first; raising it resolves the incident of the run that passed it. */
const FIRST_COST_CAP = 950;
const RAISED_COST_CAP = 1_000;

const tokenRule = RuleBody.parse({
  name: TOKEN_RULE,
  description: "No run may use more than 10 000 tokens.",
  rule_type: "token_limit",
  metric: "run.tokens",
  threshold: 10_000,
  enforcement: "stop",
});

const costRule = (threshold: number) =>
  RuleBody.parse({
    name: COST_RULE,
    description: "No run may cost more than this many cents.",
    rule_type: "cost_limit",
    metric: "run.cost_cents",
    threshold,
    enforcement: "stop",
  });

const paymentRule = RuleBody.parse({
  name: PAYMENT_RULE,
  description: "A payment is sent only when a person has released it.",
  rule_type: "custom_rule",
  condition: 'step.type == "tool_call" && step.skill == "send-payment"',
  enforcement: "pause",
  severity: "medium",
  bind_at: "step_start",
});

const shadowRule = RuleBody.parse({
  name: SHADOW_RULE,
  description: "On trial: what a limit of five steps a run would have stopped.",
  rule_type: "step_limit",
  metric: "run.steps",
  threshold: 5,
  enforcement: "stop",
  rollout: "shadow",
});

const dailyLimit = LimitBody.parse({
  name: DAILY_LIMIT,
  limit_category: "BUDGET",
  limit_type: "COST_CENTS",
  max_value: 50_000,
  reset_period: "daily",
});

const researchLimit = LimitBody.parse({
  name: RESEARCH_LIMIT,
  description: "What the research agent may spend in a day.",
  limit_category: "BUDGET",
  limit_type: "COST_CENTS",
  scope: { type: "agent", ids: ["research-scout"] },
  max_value: 600,
  reset_period: "daily",
});

export async function makeRules(crew: Crew): Promise<void> {
  for (const body of [tokenRule, costRule(FIRST_COST_CAP), paymentRule, shadowRule]) await makeRule(crew, body);
  for (const body of [dailyLimit, researchLimit]) {
    const known = await asTenant(crew.owner, (db) => db.first(limits, eq(limits.name, body.name)));
    if (known !== null) continue;
    await command(crew.owner, { action: "limit.created", clock: null }, (cx) => addLimit(cx, body));
  }
}

async function makeRule(crew: Crew, body: RuleBody): Promise<void> {
  if ((await findRule(crew, body.name)) !== null) return;
  await command(crew.owner, { action: "policy.created", clock: null }, (cx) => addRule(cx, body));
}

export async function raiseCostCap(crew: Crew): Promise<void> {
  const known = await findRule(crew, COST_RULE);
  if (known === null || known.version !== 1) return;
  const body = { ...costRule(RAISED_COST_CAP), version: 1 };
  await command(crew.owner, { action: "policy.changed", clock: null }, (cx) => changeRule(cx, known.id, body));
}

function findRule(crew: Crew, name: string) {
  const where = and(eq(policyRules.name, name), eq(policyRules.status, "active"));
  return asTenant(crew.owner, async (db) => (where === undefined ? null : db.first(policyRules, where)));
}
