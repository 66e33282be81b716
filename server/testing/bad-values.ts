// Each constraint of runner-api.md and admin-api.md with its first bad value, where the problem must point, and, where it
// says something, the last good one.

export const run = "0197e100-0000-7000-8000-000000000001";
const MAX = Number.MAX_SAFE_INTEGER;

export const wide = (length: number) => "x".repeat(length);
export const usage = { input_tokens: 1, output_tokens: 1, duration_ms: 1 };
export const step = { step_index: 1, step_type: "llm_call", status: "success", usage };
export const start = { agent_id: "a" };
const rule = {
  name: "r",
  rule_type: "token_limit",
  metric: "run.tokens",
  threshold: 1e9,
  enforcement: "warn",
  rollout: "shadow",
};
const conditional = { name: "c", rule_type: "custom_rule", enforcement: "warn", rollout: "shadow" };
const limit = {
  ...{ name: "l", limit_category: "BUDGET", limit_type: "TOKENS", max_value: 1e9, reset_period: "daily" },
  scope: { type: "project", ids: ["none"] },
};
const price = { model: "m", input_cents_per_million: 1, output_cents_per_million: 1 };
export const deep = (depth: number): unknown => (depth === 0 ? 1 : [deep(depth - 1)]);

export type Case = [name: string, path: string, good: object | null, bad: object, pointer: string];

export const starts: Case[] = [
  ["agent_id is required", "/runs", null, {}, "#/agent_id"],
  ["agent_id is not empty", "/runs", null, { agent_id: "" }, "#/agent_id"],
  ...["agent_id", "provider", "model", "project"].map(
    (name): Case => [
      `${name} ≤ 128`,
      "/runs",
      { ...start, [name]: wide(128) },
      { ...start, [name]: wide(129) },
      `#/${name}`,
    ],
  ),
  ["goal ≤ 2048", "/runs", { ...start, goal: wide(2_048) }, { ...start, goal: wide(2_049) }, "#/goal"],
  [
    "tag keys ≤ 128",
    "/runs",
    { ...start, tags: { [wide(128)]: "" } },
    { ...start, tags: { [wide(129)]: "" } },
    `#/tags/${wide(129)}`,
  ],
  [
    "tag values ≤ 2048",
    "/runs",
    { ...start, tags: { a: wide(2_048) } },
    { ...start, tags: { a: wide(2_049) } },
    "#/tags/a",
  ],
  ["tag values are text", "/runs", null, { ...start, tags: { a: 1 } }, "#/tags/a"],
  [
    "a human actor has an id",
    "/runs",
    { ...start, actor: { type: "human", id: "u" } },
    { ...start, actor: { type: "human" } },
    "#/actor/id",
  ],
  ["actor.type is one of four", "/runs", null, { ...start, actor: { type: "robot" } }, "#/actor/type"],
  ["run_id is a UUID", "/runs", null, { ...start, run_id: "17" }, "#/run_id"],
  ["parent_run_id is a UUID", "/runs", null, { ...start, parent_run_id: "17" }, "#/parent_run_id"],
  ["synthetic is a boolean", "/runs", null, { ...start, synthetic: "yes" }, "#/synthetic"],
  ["an unknown field", "/runs", null, { ...start, tenant_id: run }, "#/tenant_id"],
  ["an unknown field inside", "/runs", null, { ...start, actor: { type: "system", role: "owner" } }, "#/actor/role"],
  ["the same of check", "/runs/check", start, { ...start, goal: wide(2_049) }, "#/goal"],
];

export const posts = `/runs/${run}/steps`;
const used = (more: object) => ({ ...step, usage: { ...usage, ...more } });
export const steps: Case[] = [
  ["step_index or step_id", posts, null, { step_type: "other" }, "#/step_index"],
  ["step_index starts at 1", posts, null, { ...step, step_index: 0 }, "#/step_index"],
  ["step_index is whole", posts, null, { ...step, step_index: 1.5 }, "#/step_index"],
  ["step_id is a UUID", posts, null, { ...step, step_id: "x" }, "#/step_id"],
  ["step_type is required", posts, null, { step_index: 1 }, "#/step_type"],
  ["step_type of the system", posts, null, { ...step, step_type: "violation" }, "#/step_type"],
  ["status is required with usage", posts, null, { ...step, status: undefined }, "#/status"],
  ["status is one of four", posts, null, { ...step, status: "done" }, "#/status"],
  ...["input_tokens", "output_tokens", "duration_ms"].flatMap((name): Case[] => [
    [`usage.${name} is required`, posts, null, used({ [name]: undefined }), `#/usage/${name}`],
    [`usage.${name} ≥ 0`, posts, null, used({ [name]: -1 }), `#/usage/${name}`],
    [`usage.${name} is whole`, posts, null, used({ [name]: 0.5 }), `#/usage/${name}`],
    [`usage.${name} ≤ 2^53 − 1`, posts, null, used({ [name]: MAX + 1 }), `#/usage/${name}`],
    [`usage.${name} is no text`, posts, null, used({ [name]: "1" }), `#/usage/${name}`],
  ]),
  ["cost_cents ≥ 0", posts, null, used({ cost_cents: -0.0001 }), "#/usage/cost_cents"],
  ["cost_cents ≤ 1e9", posts, null, used({ cost_cents: 1_000_000_000.0001 }), "#/usage/cost_cents"],
  ["cost_cents ≤ 4 decimals", posts, null, used({ cost_cents: 0.00001 }), "#/usage/cost_cents"],
  ["cost_cents ≤ 4 decimals, large", posts, null, used({ cost_cents: 999_999_999.99999 }), "#/usage/cost_cents"],
  [
    "estimate.cost_cents too",
    posts,
    null,
    { step_index: 1, step_type: "other", estimate: { cost_cents: 0.12345 } },
    "#/estimate/cost_cents",
  ],
  ["skill ≤ 128", posts, null, { ...step, skill: wide(129) }, "#/skill"],
  ["model ≤ 128", posts, null, { ...step, model: wide(129) }, "#/model"],
  ["started_at is UTC", posts, null, { ...step, started_at: "2026-01-01T00:00:00+02:00" }, "#/started_at"],
  ["started_at is a date that exists", posts, null, { ...step, started_at: "2026-02-30T00:00:00Z" }, "#/started_at"],
  ["input ≤ 256 KiB", posts, null, { ...step, input: wide(262_145) }, "#/input"],
  [
    "input and output ≤ 256 KiB together",
    posts,
    null,
    { ...step, input: wide(131_072), output: wide(131_072) },
    "#/output",
  ],
  ["an unknown field inside", posts, null, used({ cost_units: 1 }), "#/usage/cost_units"],
];

export const ends: Case[] = [
  ["complete: status", `/runs/${run}/complete`, null, { status: "failed_policy" }, "#/status"],
  [
    "complete: error.message ≤ 2048",
    `/runs/${run}/complete`,
    null,
    { status: "failed", error: { message: wide(2_049) } },
    "#/error/message",
  ],
  [
    "complete: error.code ≤ 128",
    `/runs/${run}/complete`,
    null,
    { status: "failed", error: { code: wide(129) } },
    "#/error/code",
  ],
  ["cancel: reason ≤ 2048", `/runs/${run}/cancel`, null, { reason: wide(2_049) }, "#/reason"],
  ["release: decision", `/runs/${run}/release`, null, { decision: "maybe", reason: "r" }, "#/decision"],
  ["release: reason", `/runs/${run}/release`, null, { decision: "approve" }, "#/reason"],
  ["heartbeat: no fields", `/runs/${run}/heartbeat`, null, { status: "running" }, "#/status"],
  ["result: usage is required", `/runs/${run}/steps/1/result`, null, { status: "success" }, "#/usage"],
];

export const rules: Case[] = [
  ["name is required", "/policies/rules", null, { ...rule, name: undefined }, "#/name"],
  ["name is not blank", "/policies/rules", null, { ...rule, name: " " }, "#/name"],
  ["rule_type is known", "/policies/rules", null, { ...rule, rule_type: "magic" }, "#/rule_type"],
  ["metric is known", "/policies/rules", null, { ...rule, metric: "run.magic" }, "#/metric"],
  [
    "threshold ≥ 0; 0 is a limit",
    "/policies/rules",
    { ...rule, name: "zero", threshold: 0 },
    { ...rule, threshold: -1 },
    "#/threshold",
  ],
  ["threshold with its metric", "/policies/rules", null, { ...rule, threshold: null }, "#/threshold"],
  ["tokens are whole", "/policies/rules", null, { ...rule, threshold: 0.5 }, "#/threshold"],
  [
    "cents have ≤ 4 decimals",
    "/policies/rules",
    { ...rule, name: "cents", metric: "run.cost_cents", threshold: 0.1234 },
    { ...rule, metric: "run.cost_cents", threshold: 0.12345 },
    "#/threshold",
  ],
  ["near_percentage 1–100", "/policies/rules", null, { ...rule, near_percentage: 101 }, "#/near_percentage"],
  ["enforcement of a rule", "/policies/rules", null, { ...rule, enforcement: "refuse" }, "#/enforcement"],
  ["on_kill with kill alone", "/policies/rules", null, { ...rule, on_kill: "freeze_key" }, "#/on_kill"],
  ["metric or condition", "/policies/rules", null, conditional, "#/metric"],
  ["condition that does not parse", "/policies/rules", null, { ...conditional, condition: "1 +" }, "#/condition"],
  [
    "condition that is no bool",
    "/policies/rules",
    { ...conditional, condition: "run.tokens > 1" },
    { ...conditional, condition: "run.tokens" },
    "#/condition",
  ],
  [
    "condition of unknown names",
    "/policies/rules",
    null,
    { ...conditional, condition: "run.secret == 1" },
    "#/condition",
  ],
  [
    "condition ≤ 1024",
    "/policies/rules",
    null,
    { ...conditional, condition: `run.goal == "${wide(1_024)}"` },
    "#/condition",
  ],
  ["run_start takes no metric", "/policies/rules", null, { ...rule, bind_at: "run_start" }, "#/bind_at"],
  ["scope.type", "/policies/rules", null, { ...rule, scope: { type: "tenant" } }, "#/scope/type"],
  [
    "scope ids ≤ 128",
    "/policies/rules",
    null,
    { ...rule, scope: { type: "agent", ids: [wide(129)] } },
    "#/scope/ids/0",
  ],
];

export const others: Case[] = [
  [
    "BUDGET needs reset_period",
    "/policies/limits",
    { ...limit, name: "good" },
    { ...limit, reset_period: null },
    "#/reset_period",
  ],
  [
    "RATE needs window_seconds",
    "/policies/limits",
    null,
    { ...limit, limit_category: "RATE", reset_period: null },
    "#/window_seconds",
  ],
  [
    "THRESHOLD needs per",
    "/policies/limits",
    null,
    { ...limit, limit_category: "THRESHOLD", reset_period: null },
    "#/per",
  ],
  [
    "CONCURRENT_RUNS only with THRESHOLD",
    "/policies/limits",
    null,
    { ...limit, limit_type: "CONCURRENT_RUNS" },
    "#/limit_type",
  ],
  ["max_value ≥ 0", "/policies/limits", null, { ...limit, max_value: -1 }, "#/max_value"],
  ["limit_type", "/policies/limits", null, { ...limit, limit_type: "POINTS" }, "#/limit_type"],
  [
    "prices have ≤ 4 decimals",
    "PUT /policies/prices",
    null,
    { entries: [{ ...price, input_cents_per_million: 0.00001 }], version: 1 },
    "#/entries/0/input_cents_per_million",
  ],
  ["a price for each model once", "PUT /policies/prices", null, { entries: [price, price], version: 1 }, "#/entries/1"],
  [
    "scopes are known",
    "/connectivity/api-keys",
    { name: "k", scopes: [] },
    { name: "k", scopes: ["policies:approve"] },
    "#/scopes/0",
  ],
  [
    "expires_at in the future",
    "/connectivity/api-keys",
    null,
    { name: "k", scopes: [], expires_at: "2020-01-01T00:00:00Z" },
    "#/expires_at",
  ],
  ["freeze: reason", "/policies/freezes", null, { type: "agent", id: "a" }, "#/reason"],
  ["freeze: type", "/policies/freezes", null, { type: "planet", id: "a", reason: "r" }, "#/type"],
  ["freeze: what is not there", "/policies/freezes", null, { type: "run", id: "17", reason: "r" }, "#/id"],
  ["incident: title", "/incidents", null, { title: " ", severity: "low" }, "#/title"],
  ["incident: severity", "/incidents", null, { title: "t", severity: "info" }, "#/severity"],
  [
    "incident: a run that is not there",
    "/incidents",
    null,
    { title: "t", severity: "low", run_id: tenantless() },
    "#/run_id",
  ],
];

function tenantless(): string {
  return "0197e100-0000-7000-8000-0000000000ff";
}
