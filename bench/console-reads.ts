// What the console asks for: every list and every detail of the registry, with the sorts and filters of its pages.

import { consoleRegistry } from "@/bench/console-registry";
import { inspect } from "@/server/platform/db/testing/test-database";
import type { Endpoint } from "@/server/platform/http/contract";

/** `isHeld`: to the line of lists and details; others are only shown. */
export type Read = { name: string; path: string; body?: object; isHeld: boolean };

/** Streams, files, what anybody may ask, and what proves: those walk everything on purpose. */
const left =
  /^(?:platform\.|events\.|exports\.download|gate\.stream|gate\.verify|logs\.check_audit|transparency\.)|openapi/;

/** Of runs that are over and of all runs; each alone finds many, few or none of them. */
const runFilters = [
  ...["agent=agent-07", "project=project-2", "source=sdk", "provider=openai", "model=gpt-1", "model=none"],
  ...["synthetic=true", "synthetic=false&refused=false", "refused=true", "policy_id=<policy>"],
  ...["risk_level=VIOLATED", "risk_level=NEAR_THRESHOLD", "risk_level=NORMAL", "started_after=<week>"],
  ...["q=invoice%2077", "q=reconcile", "q=nothing%20has%20this", "q=<run>", "started_after=<week>&q=invoice%2077"],
];
const endFilters = [
  ...["status=failed_policy", "termination_reason=user_abort", "completed_after=<week>"],
  "completed_after=<week>&q=nothing%20has%20this",
];
/** An order by usage alone, with what finds many and with what finds few. */
const byUsage = (field: string) => [
  ...[`sort=-${field}`, `sort=${field}`, `sort=-${field}&model=gpt-1`, `sort=-${field}&risk_level=NEAR_THRESHOLD`],
  ...[`sort=-${field}&q=invoice%2077`, `sort=-${field}&started_after=<week>`],
];
const endSorts = [
  ...["sort=started_at", "sort=completed_at", "sort=-completed_at&model=gpt-1&project=project-2"],
  ...["duration_ms", "tokens_used", "cost_cents"].flatMap(byUsage),
];
const incidentVariants = [
  ...["q=run%2077", "q=nothing%20has%20this", "agent=agent-07", "severity=critical", "type=execution_failure"],
  ...["category=EXECUTION_FAILURE", "policy_id=<policy>", "run_id=<run>", "escalated=true", "synthetic=true"],
  ...["created_after=<week>", "sort=-severity", "sort=created_at", "sort=-resolved_at"],
];

/** Beyond each list's default order: filters and orders of its contract, alone and some together. */
const variants: Readonly<Record<string, readonly string[]>> = {
  "activity.list": [
    ...[...runFilters, ...endFilters, ...endSorts, "state=completed", "state=live", "status=failed&sort=-cost_cents"],
    "started_after=<week>&sort=-cost_cents",
  ],
  "activity.list_live": ["sort=-last_seen_at", "status=paused", "sort=-tokens_used", "sort=-cost_cents", "q=invoice"],
  "activity.list_completed": [
    ...[...runFilters, ...endFilters, ...endSorts, "sort=-started_at", "page=50"],
    ...["completed_after=<week>&sort=-duration_ms", "completed_after=<week>&sort=-tokens_used"],
  ],
  "activity.list_traces": [
    ...[
      "status=failed",
      "agent=agent-07",
      "run_id=<run>",
      "incident_id=<incident>",
      "policy_id=<policy>",
      "violated=true",
    ],
    ...["violated=false", "sealed=false", "sealed=true", "synthetic=true", "synthetic=false", "started_after=<week>"],
    ...[
      "sort=-completed_at",
      "sort=completed_at",
      "sort=-violation_timestamp",
      "violated=true&sort=-violation_timestamp",
    ],
    ...["status=failed&sort=-completed_at", "incident_id=<incident>&sort=-completed_at", "page=50"],
  ],
  "activity.list_steps": ["page=15", "type=llm_call", "state=open", "is_inflection=true"],
  "incidents.list": [...incidentVariants, "status=resolved", "cause_type=LLM_RUN"],
  "incidents.listActive": incidentVariants,
  "incidents.listResolved": [...incidentVariants, "sort=-created_at", "resolved_after=<week>"],
  "incidents.listOfPolicy": ["sort=-severity", "status=active"],
  "policies.violations.list": [
    ...["action=stopped", "severity=critical", "violation_type=cost_limit", "policy_id=<policy>", "run_id=<run>"],
    ...["source=rule", "recorded_after=<week>", "sort=recorded_at"],
  ],
  "exports.list": ["bundle_type=evidence", "format=json", "status=ready", "incident_id=<incident>", "run_id=<run>"],
  "logs.list": [...["topic=llm_runs", "topic=audit", "page=50", "run_id=<run>", "recorded_after=<week>", "sort=time"]],
  "logs.list_runs": [
    ...["run_id=<run>", "agent=agent-07", "provider=openai", "model=gpt-1", "model=none", "synthetic=true"],
    ...[
      "execution_status=FAILED",
      "execution_status=TIMEOUT",
      "created_after=<week>",
      "sort=-completed_at",
      "sort=started_at",
    ],
    ...["created_after=<week>&execution_status=FAILED", "sort=-completed_at&model=gpt-1", "page=50"],
  ],
  "logs.list_audit": [
    ...["action=policy.changed", "actor_id=actor-7", "entity_type=incident", "entity_id=entity-77", "actor_type=key"],
    ...["run_id=<run>", "recorded_after=<week>", "sort=recorded_at", "actor_type=key&entity_type=incident", "page=50"],
  ],
  "overview.summary": [
    ...["topic=activity/live", "topic=activity/completed", "topic=incidents/active", "topic=incidents/resolved"],
    ...["topic=policies/active", "topic=policies/controls", "topic=policies/violations", "topic=logs/llm-runs"],
    ...["topic=logs/audit-logs", "topic=connectivity/api-keys"],
  ].map((topic) => `${topic}&from=<week>`),
  "overview.highlights": ["days=31"],
  "policies.violations.stats": ["policy_id=<policy>"],
};

/** Without a topic it is ten reads in one. */
const isLeftOpen = (name: string) => name === "overview.summary";

const searches = [
  ...[{ q: "number 77" }, { q: "nothing has this" }, { q: "invoice 77" }, { q: "reconcile" }, { q: "did not answer" }],
  ...[{ q: "number 77", range: { from: "<week>" } }, { q: "<run>" }, { q: "invoice 77", sort: "time" }],
  ...[
    { topics: ["llm_runs"], q: "invoice 77" },
    { topics: ["audit"], q: "thing 77" },
  ],
  { topics: ["llm_runs"], q: "nothing has this", range: { from: "<week>" } },
  { topics: ["audit"], filters: { action: ["policy.changed"], actor_id: "actor-7" } },
  { filters: { model: "gpt-1", execution_status: ["FAILED"] } },
  { filters: { actor_type: "key", actor_id: "7" } },
  { filters: { agent: "agent-07", synthetic: true }, q: "invoice" },
];

const idsText = `
  select (select run_id from runs r where r.tenant_id = $1 and r.status = 'failed_policy' order by started_at desc limit 1) as run_id,
    (select trace_id from traces t where t.tenant_id = $1 order by t.started_at limit 1) as trace_id,
    (select id from incidents i where i.tenant_id = $1 order by created_at desc limit 1) as incident_id,
    (select id from policy_rules p where p.tenant_id = $1 limit 1) as policy_id,
    (select id from limits l where l.tenant_id = $1 limit 1) as limit_id,
    (select id from api_keys k where k.tenant_id = $1 limit 1) as key_id,
    (select id from audit_logs a where a.tenant_id = $1 limit 1) as log_id,
    (select bundle_id from export_bundles b where b.tenant_id = $1 limit 1) as bundle_id`;

/** All reads of a tenant, with ids of things that it has. */
export async function readsOf(tenantId: string): Promise<Read[]> {
  const [ids = {}] = await inspect().unsafe<Record<string, string>[]>(idsText, [tenantId]);
  const known: Record<string, string> = { ...ids, rule_id: ids.policy_id ?? "" };
  const week = new Date(Date.now() - 7 * 86_400_000).toISOString();
  const given: Record<string, string> = {
    week,
    run: ids.run_id ?? "",
    policy: ids.policy_id ?? "",
    incident: ids.incident_id ?? "",
  };
  const fill = (text: string) => text.replace(/<(\w+)>/g, (_all, name: string) => given[name] ?? "");
  const lists = consoleRegistry.all.flatMap(({ endpoint }) => readsOfOne(endpoint, known, fill));
  const found = searches.map((body) => {
    const sent: object = JSON.parse(fill(JSON.stringify({ ...body, page_size: 100 })));
    return { name: `logs.search ${JSON.stringify(body)}`, path: "/api/v1/logs/search", body: sent, isHeld: true };
  });
  return [...lists, ...found];
}

function readsOfOne(endpoint: Endpoint, ids: Record<string, string>, fill: (text: string) => string): Read[] {
  if (endpoint.method !== "GET" || left.test(endpoint.id) || endpoint.permission.startsWith("platform:")) return [];
  const names = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  if (endpoint.permission === "none" || names.some((name) => ids[name] === undefined)) return [];
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_all, name: string) => ids[name] ?? "");
  const isList = "page_size" in endpoint.query.shape;
  const page = isList ? "page_size=100" : "";
  return ["", ...(variants[endpoint.id] ?? [])].map((text) => {
    const search = [page, fill(text)].filter((part) => part !== "").join("&");
    const name = `${endpoint.id} ${text}`.trim();
    return { name, path: search === "" ? path : `${path}?${search}`, isHeld: !isLeftOpen(name) };
  });
}
