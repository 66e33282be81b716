// What the console asks for: every list and every detail of the registry, with the sorts and filters of its pages.

import { consoleRegistry } from "@/bench/console-registry";
import { inspect } from "@/server/platform/db/testing/test-database";
import type { Endpoint } from "@/server/platform/http/contract";

/** `isHeld`: to the line of lists and details; others are only shown. */
export type Read = { name: string; path: string; body?: object; isHeld: boolean };

/** Streams, files, what anybody may ask, and what proves: those walk everything on purpose. */
const left =
  /^(?:platform\.|events\.|exports\.download|gate\.stream|gate\.verify|logs\.check_audit|transparency\.)|openapi/;

/** Beyond each list's default order: filters and orders that its page offers. */
const variants: Readonly<Record<string, readonly string[]>> = {
  "activity.list": [
    "started_after=<week>&sort=-cost_cents",
    "started_after=<week>&q=invoice%2077",
    "q=invoice%2077",
    "status=failed&sort=-cost_cents",
    "agent=agent-07",
  ],
  "activity.list_live": ["sort=-last_seen_at", "status=paused"],
  "activity.list_completed": [
    "completed_after=<week>",
    "completed_after=<week>&sort=-duration_ms",
    "completed_after=<week>&sort=-tokens_used",
    "sort=-duration_ms",
    "sort=-tokens_used",
    "status=failed_policy",
    "agent=agent-07",
    "synthetic=false&refused=false",
  ],
  "activity.list_traces": ["violated=true&sort=-violation_timestamp", "status=failed"],
  "activity.list_steps": ["page=15"],
  "incidents.list": ["q=run%2077", "agent=agent-07"],
  "incidents.listActive": ["sort=-severity", "severity=critical"],
  "incidents.listResolved": ["sort=-created_at", "severity=critical", "sort=-severity"],
  "policies.violations.list": ["action=stopped", "severity=critical", "violation_type=cost_limit"],
  "logs.list": ["topic=llm_runs", "topic=audit", "page=50"],
  "logs.list_runs": [
    "created_after=<week>&execution_status=FAILED",
    "execution_status=FAILED",
    "model=gpt-1",
    "sort=-completed_at",
  ],
  "logs.list_audit": ["action=policy.changed", "actor_id=actor-7", "entity_type=incident", "sort=recorded_at"],
  "overview.summary": [
    ...["topic=activity/live", "topic=activity/completed", "topic=incidents/active", "topic=incidents/resolved"],
    ...["topic=policies/active", "topic=policies/controls", "topic=policies/violations", "topic=logs/llm-runs"],
    ...["topic=logs/audit-logs", "topic=connectivity/api-keys"],
  ].map((topic) => `${topic}&from=<week>`),
  "overview.highlights": ["days=31"],
};

/** Free text, or an order by usage, without a period looks at every row there is; the console asks within one. */
const unbounded =
  /^activity\.list(?:_completed)? (?:q=|sort=|status=failed&sort=)|^overview\.summary$|^logs\.search (?!.*"range").*"q"/;

const searches = [
  { q: "number 77", range: { from: "<week>" } },
  { topics: ["llm_runs"], q: "nothing has this", range: { from: "<week>" } },
  { q: "number 77" },
  { q: "nothing has this" },
  { topics: ["audit"], filters: { action: ["policy.changed"], actor_id: "actor-7" } },
  { topics: ["llm_runs"], q: "invoice 77" },
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
  const lists = consoleRegistry.all.flatMap(({ endpoint }) => readsOfOne(endpoint, known, week));
  const found = searches.map((body) => {
    const name = `logs.search ${JSON.stringify(body)}`;
    const sent: object = JSON.parse(JSON.stringify({ ...body, page_size: 100 }).replace("<week>", week));
    return { name, path: "/api/v1/logs/search", body: sent, isHeld: !unbounded.test(name) };
  });
  return [...lists, ...found];
}

function readsOfOne(endpoint: Endpoint, ids: Record<string, string>, week: string): Read[] {
  if (endpoint.method !== "GET" || left.test(endpoint.id) || endpoint.permission.startsWith("platform:")) return [];
  const names = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  if (endpoint.permission === "none" || names.some((name) => ids[name] === undefined)) return [];
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_all, name: string) => ids[name] ?? "");
  const isList = "page_size" in endpoint.query.shape;
  const page = isList ? "page_size=100" : "";
  return ["", ...(variants[endpoint.id] ?? [])].map((text) => {
    const search = [page, text.replace("<week>", week)].filter((part) => part !== "").join("&");
    const name = `${endpoint.id} ${text}`.trim();
    return { name, path: search === "" ? path : `${path}?${search}`, isHeld: !unbounded.test(name) };
  });
}
