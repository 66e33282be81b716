// D6: a writer sets what its contract names and nothing else. Every column of an operation's tables is put into its body,
// one at a time and on every level, beside everything a good body has.

import { beforeAll, expect, test } from "vitest";
import { inspect } from "@/server/platform/db/testing/test-database";
import { RawBody } from "@/server/platform/http/contract";
import { answerOf, host } from "@/server/testing/callers";
import { goodBodies } from "@/server/testing/good-bodies";
import { operations, ownIds, rowsOf } from "@/server/testing/sweep";
import { makeWorld, type World } from "@/server/testing/tenant-world";

const rules = ["policy_rules", "policy_scopes", "policy_precedence", "policy_versions"];
const runs = ["runs", "traces", "policy_snapshots", "policy_sets"];

/** The tables an operation writes, by the longest matching start of its id. */
const tablesOf: readonly (readonly [string, readonly string[]])[] = [
  ["account.", ["invitations", "sessions", "accounts", "two_factors"]],
  ["activity.replay_trace", ["traces", "audit_logs"]],
  ["connectivity.", ["api_keys"]],
  ["exports.", ["export_bundles", "export_parts", "export_reviews", "leaf_sources"]],
  ["gate.post_", ["steps", "trace_records", "record_payloads", "cost_records", "limit_counters", ...runs]],
  ["gate.set_freeze", ["freezes", "agents", "tenant_controls"]],
  ["gate.lift_freeze", ["freezes", "agents", "tenant_controls"]],
  ["gate.", runs],
  ["incidents.", ["incidents", "incident_events", "incident_comments"]],
  ["logs.", ["audit_logs", "runs"]],
  ["policies.limits.", ["limits", "limit_versions", "limit_counters"]],
  ["policies.prices.", ["price_tables"]],
  ["policies.", rules],
];
const everywhere = ["tenants", "memberships", "users", "tenant_controls", "audit_logs"];

/** What a client may choose freely, key by key. */
const free = new Set(["tags", "input", "output"]);

const writing = operations.filter(({ method, body }) => method !== "GET" && body !== RawBody);
let world: World;
let columns: Map<string, string[]>;

beforeAll(async () => {
  world = await makeWorld("canarymass", "0197e000-0000-7000-8000-000000000001");
  const rows = await inspect()<{ table: string; names: string[] }[]>`
    select table_name::text as table, array_agg(column_name::text) as names from information_schema.columns
    where table_schema = 'public' group by 1`;
  columns = new Map(rows.map(({ table, names }) => [table, names]));
});

function namesFor(id: string): string[] {
  const own = tablesOf.find(([start]) => id.startsWith(start))?.[1];
  if (own === undefined) throw new Error(`say in tablesOf which tables ${id} writes`);
  const snake = [...own, ...everywhere].flatMap((table) => columns.get(table) ?? []);
  const camel = snake.map((name) => name.replace(/_(\w)/g, (_all, letter: string) => letter.toUpperCase()));
  return [...new Set([...snake, ...camel, "tenant", "permissions", "is_admin", "constructor", "prototype"])];
}

/** The body itself and every object in it that a contract describes, with its place. */
function levelsOf(value: unknown, path: readonly string[] = []): { path: readonly string[]; at: object }[] {
  if (typeof value !== "object" || value === null) return [];
  const inside = Object.entries(value).flatMap(([key, part]) => (free.has(key) ? [] : levelsOf(part, [...path, key])));
  return Array.isArray(value) ? inside : [{ path, at: value }, ...inside];
}

/** What the contract names at a place of its body. */
function namedAt(schema: unknown, place: readonly string[]): ReadonlySet<string> {
  const { shape, def } = Object(schema);
  if (def?.innerType !== undefined) return namedAt(def.innerType, place);
  const [name, ...rest] = place;
  if (name === undefined) return new Set(Object.keys(Object(shape)));
  return namedAt(def?.element ?? Object(shape)[name], rest);
}

test.each(writing.map(({ id }) => id))("D6: %s takes no column that its contract does not name", async (id) => {
  const endpoint = writing.find((candidate) => candidate.id === id);
  const good = goodBodies[id]?.(ownIds(world));
  if (endpoint === undefined || good === undefined) throw new Error(`no good body for ${id}`);
  const before = await stored();
  const taken: string[] = [];
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_all, name: string) =>
    name === "step_index" ? "1" : ownIds(world)(name),
  );
  for (const { path: place } of levelsOf(good)) {
    const named = namedAt(endpoint.body, place);
    for (const name of namesFor(id)) {
      const body = structuredClone(good);
      const level = place.reduce<Record<string, unknown>>((inside, key) => Object(inside[key]), body);
      if (name in level && Object.hasOwn(level, name)) continue;
      if (named.has(name)) continue;
      Object.defineProperty(level, name, { value: plausible(name), enumerable: true });
      const request = new Request(`${host}${path}`, {
        method: endpoint.method,
        headers: { "content-type": "application/json", ...world.seats.owner.headers },
        body: JSON.stringify(body),
      });
      const response = await answerOf(request);
      const answer: { errors?: { pointer: string; code: string }[] } = await response.json();
      const pointer = `#/${[...place, name].join("/")}`;
      const isNamed = answer.errors?.some((error) => error.pointer === pointer && error.code === "unknown_field");
      // Deeper levels may name the field themselves; then the refusal, if any, is about its value.
      const isOwn = place.length > 0 && answer.errors?.some((error) => error.pointer.startsWith(pointer));
      if (response.status !== 422 || !(isNamed || isOwn))
        taken.push(`${pointer}: ${response.status} ${JSON.stringify(answer)}`);
    }
  }
  expect(taken).toEqual([]);
  expect(await stored()).toEqual(before);
});

/** A value that its column would take, so that only the name can be what is refused. */
function plausible(name: string): unknown {
  if (name === "id" || /(?:^|_)id$|Id$/.test(name)) return "0197e000-0000-7000-8000-00000000beef";
  if (/_at$|At$/.test(name)) return "2026-01-01T00:00:00.000Z";
  if (/^(?:is_|agent_verified|synthetic|shadow|projected|permissions)/.test(name)) return true;
  if (/status$/.test(name)) return "active";
  if (/tokens|units|version|count|seq|index|level|epoch/i.test(name)) return 1;
  return "x";
}

async function stored(): Promise<string[]> {
  // When a key was last used is noted behind the requests' backs.
  return (await rowsOf(world.tenantId)).map((row) => row.replace(/"last_used_at": (?:null|"[^"]*")/, "")).sort();
}
