// A body that each writing operation takes, so that what a test sees is never just a refused body.

/** `id` gives the value the call uses for that name in its path; bodies that name things use the same. */
type BodyOf = (id: (name: string) => string) => Record<string, unknown>;

const usage = { input_tokens: 1, output_tokens: 1, cost_cents: 0.5, duration_ms: 5 };
const rule = {
  ...{ name: "A rule", description: "What it is for", rule_type: "token_limit", category: "OPERATIONAL" },
  ...{ metric: "run.tokens", threshold: 1_000_000, near_percentage: 80, enforcement: "warn", severity: "low" },
  ...{ scope: { type: "agent", ids: ["nobody"] }, precedence: 7, rollout: "shadow" },
};
const limit = {
  ...{ name: "A limit", limit_category: "BUDGET", limit_type: "TOKENS", max_value: 1_000_000_000 },
  ...{ scope: { type: "project", ids: ["none"] }, reset_period: "daily", enforcement: "warn", near_percentage: 80 },
};
const precedence = { precedence: 9, conflict_strategy: "most_restrictive", bind_at: "each_step" };

const settings = {
  ...{ name: "Renamed", timezone: "UTC", near_percentage: 80, unpriced: null, failure_mode: null, version: 1 },
  ...{ step_timeout_ms: 300_000, run_timeout_ms: 900_000, pause_timeout_ms: 86_400_000 },
  ...{ step_estimate: { tokens: 0, cost_cents: 0 }, sla_hours: { critical: 1, high: 4, medium: 24, low: 72 } },
};

export const goodBodies: Readonly<Record<string, BodyOf>> = {
  "account.invitations.accept": () => ({ name: "Somebody", password: "correct horse battery" }),
  "account.settings.replace": () => settings,
  "account.users.change": () => ({ role: "viewer" }),
  "account.users.invite": () => ({ email: "somebody@example.com", role: "viewer" }),
  "account.users.remove": () => ({}),
  "account.users.roles.replace": () => ({ role: "member" }),
  "activity.replay_trace": () => ({}),
  "connectivity.create_api_key": () => ({ name: "A key", scopes: ["runs:read"], agent_ids: ["a"] }),
  "connectivity.rotate_api_key": () => ({ grace_seconds: 60 }),
  "connectivity.revoke_api_key": () => ({ reason: "lost" }),
  "exports.evidence": () => ({ format: "json", export_reason: "Q4 audit", include_raw_steps: true }),
  "exports.soc2": () => ({ format: "json", prepared_for: "The auditors", preparer_notes: "As asked for" }),
  "exports.debrief": () => ({ format: "json", prepared_for: "The board" }),
  "exports.review": () => ({ verdict: "exception", notes: "Step 2 is missing" }),
  "exports.verify": () => ({ bundle: {} }),
  "gate.start_run": () => ({
    ...{ agent_id: "an-agent", goal: "Pay", actor: { type: "human", id: "u-17" }, provider: "anthropic" },
    ...{ model: "claude-sonnet-4", project: "billing", source: "sdk", tags: { env: "prod" }, synthetic: false },
  }),
  "gate.check_run": () => ({ agent_id: "an-agent", goal: "Pay" }),
  "gate.post_step": () => ({
    ...{ step_index: 2, step_type: "llm_call", skill: "draft", model: "m", usage, status: "success" },
    ...{ retry_count: 0, input: { a: [1] }, output: { b: null } },
  }),
  "gate.post_result": () => ({ usage, status: "success", output: { b: null } }),
  "gate.complete_run": () => ({ status: "succeeded", output: {}, abandon: true }),
  "gate.heartbeat": () => ({}),
  "gate.cancel_run": () => ({ reason: "enough" }),
  "gate.release_run": () => ({ decision: "approve", reason: "seen" }),
  "gate.set_freeze": (id) => ({ type: "run", id: id("run_id"), reason: "stop it" }),
  "gate.lift_freeze": () => ({ reason: "over" }),
  "incidents.create": (id) => ({ title: "A title", severity: "low", policy_id: id("policy_id") }),
  "incidents.acknowledge": () => ({ note: "mine" }),
  "incidents.escalate": () => ({ target: "owner", reason: "too long", raise_severity: false }),
  "incidents.resolve": () => ({ resolution_method: "rollback", resolution_notes: "done" }),
  "incidents.reopen": () => ({ reason: "again" }),
  "incidents.comment": () => ({ content: "a word" }),
  "logs.search": () => ({
    ...{ topics: ["llm_runs"], q: "agent", filters: { agent: "an-agent" }, range: { from: "2026-01-01T00:00:00Z" } },
    page_size: 5,
  }),
  "logs.export": () => ({ scope: "llm_run", format: "csv", filters: { synthetic: false }, range: {} }),
  "policies.rules.create": () => rule,
  "policies.rules.replace": () => ({ ...rule, version: 1 }),
  "policies.replace": () => ({ ...rule, version: 1 }),
  "policies.rules.retire": () => ({ reason: "no longer needed" }),
  "policies.retire": () => ({ reason: "no longer needed" }),
  "policies.scopes.replace": () => ({ scopes: [{ type: "agent", ids: ["nobody"] }], version: 1 }),
  "policies.precedence.replace": () => ({ ...precedence, version: 1 }),
  "policies.limits.create": () => limit,
  "policies.limits.replace": () => ({ ...limit, version: 1 }),
  "policies.limits.disable": () => ({ reason: "no longer needed" }),
  "policies.prices.replace": () => ({
    entries: [{ model: "m", input_cents_per_million: 1, output_cents_per_million: 2 }],
    version: 1,
  }),
};
