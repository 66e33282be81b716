// Bad input of every kind gets a problem with a pointer, and nothing of it is kept: the constraints of runner-api.md and
// admin-api.md one by one, each with its last good value.

import { beforeAll, describe, expect, test } from "vitest";
import { inspect } from "@/server/platform/db/testing/test-database";
import {
  deep,
  ends,
  others,
  posts,
  rules,
  run,
  start,
  starts,
  step,
  steps,
  usage,
  wide,
} from "@/server/testing/bad-values";
import { answerOf, host, type KeySeat, newKey, newSeat, newTenant, type Seat, sent } from "@/server/testing/callers";

let tenantId: string;
let key: KeySeat;
let owner: Seat;
let incidentId: string;

beforeAll(async () => {
  tenantId = await newTenant("bad-input");
  key = await newKey(tenantId);
  owner = await newSeat(tenantId, "owner");
  await sent(key.headers, "/runs", { body: { run_id: run, agent_id: "a" } });
  const incident = await sent(key.headers, "/incidents", { body: { title: "t", severity: "low" } });
  incidentId = String(incident.incident_id);
});

type Answer = { status: number; type: string; pointers: string[]; text: string };

async function ask(path: string, body: string, { method = "POST", headers = {} } = {}): Promise<Answer> {
  const who = path.startsWith("/connectivity") ? owner.headers : key.headers;
  const request = new Request(`${host}/api/v1${path}`, {
    method,
    headers: { "content-type": "application/json", ...who, ...headers },
    ...(method === "GET" ? {} : { body }),
  });
  const response = await answerOf(request);
  const text = await response.text();
  const answer: { type?: string; errors?: { pointer: string }[] } = text === "" ? {} : JSON.parse(text);
  const slug = (answer.type ?? "").replace(/^.*\//, "");
  return { status: response.status, type: slug, pointers: (answer.errors ?? []).map(({ pointer }) => pointer), text };
}

describe.each([
  ["start", starts],
  ["step", steps],
  ["act on a run", ends],
  ["rule", rules],
  ["limit, price, key, freeze, incident", others],
] as const)("%s", (_name, cases) => {
  test.each(cases)("%s", async (_what, where, good, bad, pointer) => {
    const [method = "POST", path = ""] = where.startsWith("/") ? ["POST", where] : where.split(" ");
    const before = await counted();
    const refused = await ask(path, JSON.stringify(bad), { method });
    expect({ status: refused.status, type: refused.type }, refused.text).toEqual({
      status: 422,
      type: "validation-failed",
    });
    // A pointer does not repeat a name of any length: it ends where long names are cut.
    expect(refused.pointers.map((given) => given.slice(0, 60))).toContain(pointer.slice(0, 60));
    expect(await counted()).toEqual(before);
    if (good === null) return;
    const taken = await ask(path, JSON.stringify(good), { method });
    expect(taken.status, taken.text).toBeLessThan(300);
  });
});

describe("I-JSON", () => {
  test.each([
    ["a duplicate key", '{"agent_id":"a","goal":"x","goal":"y"}', "#/goal"],
    ["a lone surrogate", '{"agent_id":"\\ud800"}', "#/agent_id"],
    ["U+0000", '{"agent_id":"a\\u0000"}', "#/agent_id"],
    ["a number no double carries", '{"agent_id":"a","tags":{"n":12345678901234567890}}', "#/tags/n"],
    ["no JSON", '{"agent_id":', "#"],
  ])("%s is 422 not-i-json", async (_name, body, pointer) => {
    const refused = await ask("/runs", body);
    expect(refused).toMatchObject({ status: 422, type: "not-i-json", pointers: [pointer] });
  });

  test("depth 64 is taken, 65 is not", async () => {
    const at = (depth: number) => JSON.stringify({ ...step, input: deep(depth - 1) });
    expect(await ask(posts, at(65))).toMatchObject({ status: 422, type: "not-i-json" });
    const taken = await ask(posts, at(64));
    expect(taken.status, taken.text).toBe(200);
  });
});

describe("sizes", () => {
  test("a payload of exactly 256 KiB is taken", async () => {
    const body = { ...step, step_index: 2, input: wide(262_142) };
    const taken = await ask(posts, JSON.stringify(body));
    expect(taken.status, taken.text).toBe(200);
  });

  test("cost_cents: 1e9 and four decimals are taken and counted exactly", async () => {
    const body = { ...step, step_index: 3, usage: { ...usage, cost_cents: 285.0001 } };
    expect((await ask(posts, JSON.stringify(body))).status).toBe(200);
    const [row] = await inspect()`select cost_units from steps where tenant_id = ${tenantId} and step_index = 3`;
    expect(Number(row?.cost_units)).toBe(2_850_001);
  });

  test("more than 1 MiB is 413, announced or not, and exactly 1 MiB is read", async () => {
    const body = (bytes: number) => `{"agent_id":"a","goal":"${wide(bytes - 26)}"}`;
    expect(body(1_048_576).length).toBe(1_048_576);
    expect(await ask("/runs", body(1_048_577))).toMatchObject({ status: 413, type: "payload-too-large" });
    expect(await ask("/runs", "{}", { headers: { "content-length": "1048577" } })).toMatchObject({ status: 413 });
    expect(await ask("/runs", body(1_048_576))).toMatchObject({ status: 422, pointers: ["#/goal"] });
  });

  test.each([
    ["an Idempotency-Key of 256", { "idempotency-key": wide(256) }, "header/Idempotency-Key"],
    ["an Idempotency-Key with a space", { "idempotency-key": "a b" }, "header/Idempotency-Key"],
  ])("%s", async (_name, headers, pointer) => {
    const refused = await ask("/runs", JSON.stringify(start), { headers });
    expect(refused).toMatchObject({ status: 422, pointers: [pointer] });
  });

  test.each([
    ["page_size ≤ 100", "/activity?page_size=101", "?page_size"],
    ["page ≥ 1", "/activity?page=0", "?page"],
    ["a cursor of nobody", "/activity?cursor=abc", "?cursor"],
    ["an unknown sort", "/activity?sort=secret", "?sort"],
    ["an unknown filter", "/activity?tenant_id=1", "?tenant_id"],
    ["a parameter twice", "/activity?page=1&page=2", "?page"],
  ])("%s", async (_name, path, pointer) => {
    expect(await ask(path, "", { method: "GET" })).toMatchObject({ status: 422, pointers: [pointer] });
  });

  test("other media types are 415, other methods 405, other ids 404", async () => {
    expect(await ask("/runs", "{}", { headers: { "content-type": "text/plain" } })).toMatchObject({ status: 415 });
    expect(await ask("/runs", "{}", { method: "PATCH" })).toMatchObject({ status: 405 });
    expect(await ask("/incidents/17/acknowledge", "{}")).toMatchObject({ status: 404 });
    expect((await ask(`/incidents/${incidentId}/acknowledge`, '{"note":""}')).pointers).toEqual(["#/note"]);
  });
});

/** How many rows the tenant has, by table; keys are noted as used behind the requests' backs, which makes none. */
async function counted(): Promise<unknown> {
  const [row] = await inspect()`
    select (select count(*)::int from runs where tenant_id = ${tenantId}) as runs,
      (select count(*)::int from steps where tenant_id = ${tenantId}) as steps,
      (select count(*)::int from trace_records where tenant_id = ${tenantId}) as records,
      (select count(*)::int from agents where tenant_id = ${tenantId}) as agents,
      (select count(*)::int from audit_logs where tenant_id = ${tenantId}) as audit,
      (select count(*)::int from outbox where tenant_id = ${tenantId}) as outbox,
      (select count(*)::int from policy_versions where tenant_id = ${tenantId}) as rules,
      (select count(*)::int from limit_versions where tenant_id = ${tenantId}) as limits,
      (select count(*)::int from api_keys where tenant_id = ${tenantId}) as keys`;
  return row;
}
