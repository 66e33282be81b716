// E1: whatever a client sends, the answer is one of the contract, nothing breaks, and nothing of it stays.
// FUZZ_REQUESTS sets the length (20 000 in CI, 100 000 in soak), FUZZ_SEED the seed.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { registry } from "@/server/endpoints";
import { inspect } from "@/server/platform/db/testing/test-database";
import type { Endpoint } from "@/server/platform/http/contract";
import { RawBody } from "@/server/platform/http/contract";
import { pathOf } from "@/server/platform/http/mount";
import { answerOf, type Headers, host, send } from "@/server/testing/callers";
import {
  anything,
  type Invalid,
  madeFor,
  neverTaken,
  oneOf,
  type Random,
  randomFrom,
  spoiled,
} from "@/server/testing/fuzz-input";
import { goodBodies } from "@/server/testing/good-bodies";
import { operations, ownIds, rowsOf } from "@/server/testing/sweep";
import { makeWorld, sharedRuns, type World } from "@/server/testing/tenant-world";

const requests = Number(process.env.FUZZ_REQUESTS ?? 20_000);
const seed = Number(process.env.FUZZ_SEED ?? 20_260_101);
const MAX_GROWTH_MB = 50;
/** Ten times the line of 1 s, which belongs to the bench. */
const MAX_ANSWER_MS = 10_000;
/** Edits of one tenant's policies wait for each other, and starts for them: more at once would measure the machine. */
const AT_ONCE = 6;

let world: World;
const accidents: unknown[] = [];
const note = (error: unknown) => accidents.push(error);

beforeAll(async () => {
  process.on("unhandledRejection", note);
  process.on("uncaughtExceptionMonitor", note);
  world = await makeWorld("canaryfuzz", "0197f000-0000-7000-8000-000000000001");
});
afterAll(() => {
  process.off("unhandledRejection", note);
  process.off("uncaughtExceptionMonitor", note);
});

const strangeSegments = [
  "..",
  ".",
  "%2e%2e",
  "%00",
  "%ff%fe",
  "%",
  "a%2fb",
  "'",
  "null",
  "17",
  "9".repeat(300),
  "%F0%9F%92%A9",
  "x ".trim(),
] as const;
const strangeHeaders: readonly [Headers, ...Headers[]] = [
  {},
  { "idempotency-key": "k".repeat(300) },
  { "idempotency-key": "again" },
  { "idempotency-key": "" },
  { "if-match": '"1"' },
  { "if-match": "W/nonsense" },
  { "if-match": "*" },
  { "last-event-id": "-1" },
  { "last-event-id": "999999999" },
  { "last-event-id": "x".repeat(200) },
  { "content-encoding": "gzip" },
  { "transfer-encoding": "chunked" },
  { accept: "text/html", "accept-language": "x".repeat(500) },
  { "x-forwarded-for": "'; drop table runs; --" },
  { "content-length": "3" },
];

type Sent = { endpoint: Endpoint; request: Request; label: string };

/** Request number `n`: which operation, who, about what and with what body follow from the seed alone. */
function requestOf(n: number): Sent {
  const random = randomFrom(seed + n);
  const endpoint = operations[Math.floor(random() * operations.length)] ?? operations[0];
  if (endpoint === undefined) throw new Error("no operations");
  const runIds = Array.from({ length: 5 }, (_, at) => runIdOf(Math.floor(n / 400) * 5 + at));
  const ids: [string, ...string[]] = [sharedRuns.idle, sharedRuns.open, ...runIds, ...Object.values(world.ids)];
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_all, name: string) => segment(random, name, runIds));
  const { headers, body, label } = contentOf(endpoint, random, ids);
  const url = `${host}${path}${searchOf(endpoint, random, ids)}`;
  const request = new Request(url, {
    method: endpoint.method,
    headers,
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
  });
  // A path like `..` is resolved before anybody sees it, and may name another operation.
  const answering = registry.match(pathOf(request.url))?.methods.get(endpoint.method)?.endpoint ?? endpoint;
  return { endpoint: answering, request, label: `#${n} ${endpoint.method} ${url.slice(host.length, 300)} ${label}` };
}

function runIdOf(n: number): string {
  return `0197f100-0000-7000-8000-${String(n).padStart(12, "0")}`;
}

function segment(random: Random, name: string, runIds: string[]): string {
  if (random() < 0.08) return oneOf(random, strangeSegments);
  if (name === "step_index") return String(Math.floor(random() * 4) + (random() < 0.1 ? 2_147_483_646 : 0));
  if (name === "run_id" && random() < 0.8) return runIds[Math.floor(random() * runIds.length)] ?? "";
  return ownIds(world)(name);
}

function searchOf(endpoint: Endpoint, random: Random, ids: [string, ...string[]]): string {
  if (random() < (endpoint.method === "GET" ? 0.3 : 0.9)) return "";
  const wanted = Object.entries(Object(madeFor(endpoint.query, random, ids)));
  const strange =
    random() < 0.3 ? [[oneOf(random, ["page", "cursor", "sort", "q", "x", "page_size"]), anything(random, 1)]] : [];
  const pairs = [...wanted, ...strange].map(([name, value]) => [String(name), String(value)]);
  return `?${new URLSearchParams(pairs)}${random() < 0.05 ? "&%=%ff&&" : ""}`;
}

function contentOf(endpoint: Endpoint, random: Random, ids: [string, ...string[]]) {
  const { key, seats, narrowKey } = world;
  const who = oneOf(random, [
    key.headers,
    key.headers,
    key.headers,
    seats.owner.headers,
    seats.owner.headers,
    seats.viewer.headers,
    narrowKey.headers,
    {},
  ]);
  const strange = random() < 0.15 ? oneOf(random, strangeHeaders) : {};
  const headers = { "content-type": "application/json", ...who, ...strange };
  if (endpoint.method === "GET") return { headers, body: undefined, label: "" };
  const kind = random();
  if (kind < 0.05) return invalidOf(random, headers);
  const good = kind < 0.5 ? goodBodies[endpoint.id]?.(() => oneOf(random, ids)) : madeFor(endpoint.body, random, ids);
  if (endpoint.id === "gate.start_run") Object.assign(Object(good), { run_id: oneOf(random, ids) });
  const body = kind < 0.75 ? JSON.stringify(good) : spoiled(good, random);
  return { headers, body, label: body.slice(0, 300) };
}

function invalidOf(random: Random, headers: Headers) {
  // The largest body is sent a few times only.
  const chosen: Invalid = oneOf(random, neverTaken);
  const invalid = chosen.name === "10 MB" && random() < 0.8 ? neverTaken[0] : chosen;
  return { headers: { ...headers, ...invalid.headers }, body: invalid.body, label: invalid.name };
}

/** What is wrong with an answer, if anything. */
async function faultOf({ endpoint, request, label }: Sent): Promise<string | null> {
  const startedAt = performance.now();
  const response = await answerOf(request);
  const type = response.headers.get("content-type") ?? "";
  if (type.startsWith("text/event-stream")) {
    await response.body?.cancel();
    return response.status === 200 ? null : `${label}: a stream with ${response.status}`;
  }
  const text = await response.text();
  const took = performance.now() - startedAt;
  if (took > MAX_ANSWER_MS) return `${label}: took ${Math.round(took)} ms`;
  if (response.status >= 500) return `${label}: ${response.status} ${text}`;
  if (response.headers.get("x-request-id") === null) return `${label}: no X-Request-Id`;
  if (response.status >= 300)
    return problemFault(response.status, type, text) ? `${label}: ${response.status} ${text}` : null;
  // Other answers were held against their contract on their way out; a wrong one is a 500 here.
  if (endpoint.transaction !== "own" || endpoint.media !== "application/json") return null;
  const parsed = endpoint.returns.safeParse(text === "" ? undefined : JSON.parse(text));
  return parsed.success ? null : `${label}: ${parsed.error.message.slice(0, 500)}\n${text.slice(0, 500)}`;
}

function problemFault(status: number, type: string, text: string): boolean {
  if (type !== "application/problem+json") return true;
  const body: Record<string, unknown> = JSON.parse(text);
  const isWhole =
    ["type", "title", "detail", "instance", "request_id"].every((name) => typeof body[name] === "string") &&
    body.status === status;
  if (!isWhole || status !== 422) return !isWhole;
  // A reused key is told without a field; every other 422 names at least one place.
  if (String(body.type).endsWith("/idempotency-key-reused")) return false;
  const errors: unknown = body.errors;
  return !(
    Array.isArray(errors) &&
    errors.length > 0 &&
    errors.every(({ pointer, code }) => Boolean(pointer) && Boolean(code))
  );
}

/** Answers with the address of an operation that is not found by it (strange path segments) are no fault. */
async function fire(from: number, to: number): Promise<string[]> {
  const faults: string[] = [];
  let next = from;
  const one = async () => {
    while (next < to && faults.length < 20) {
      const sent = requestOf(next++);
      const fault = await faultOf(sent).catch((error: unknown) =>
        error instanceof Error && error.message.startsWith("nothing answers") ? null : `${sent.label}: ${error}`,
      );
      if (fault !== null) faults.push(fault);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return faults;
}

setFlagsFromString("--expose_gc");
const collect: () => void = runInNewContext("gc");

function residentMb(): number {
  collect();
  collect();
  return process.memoryUsage().rss / 1_048_576;
}

/** Bundles that are still being made behind their answers have threads with heaps of their own. */
async function untilNothingIsMade(): Promise<void> {
  for (let made = 1; made > 0; ) {
    const [row] = await inspect()`
      select count(*)::int as n from export_bundles where status = 'generating' and lease_until > clock_timestamp()`;
    made = row?.n ?? 0;
    if (made > 0) await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

describe("E1", () => {
  test("bodies that nobody may send: refused by every operation with a pointer, nothing stored, a good one still works", async () => {
    const before = await stored();
    const wrong: string[] = [];
    for (const endpoint of operations.filter(({ method, body }) => method !== "GET" && body !== RawBody)) {
      for (const { name, body, headers } of neverTaken) {
        if (name === "10 MB" && endpoint.id !== "gate.start_run" && endpoint.id !== "incidents.create") continue;
        const path = endpoint.path.replace(/\{(\w+)\}/g, (_all, id: string) =>
          id === "step_index" ? "1" : ownIds(world)(id),
        );
        const request = new Request(`${host}${path}`, {
          method: endpoint.method,
          headers: { "content-type": "application/json", ...world.seats.owner.headers, ...headers },
          body: Buffer.from(body),
        });
        const response = await answerOf(request);
        const text = await response.text();
        const expected = name.includes("1 MiB") || name === "10 MB" ? [413] : [415, 422];
        const isProblem = !problemFault(response.status, response.headers.get("content-type") ?? "", text);
        if (!expected.includes(response.status) || !isProblem)
          wrong.push(`${endpoint.id}, ${name}: ${response.status} ${text}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(await stored()).toEqual(before);
    expect(await goodOnes()).toEqual([]);
  });

  test(`${requests} requests from seed ${seed}: no 5xx, every answer of its contract, nothing leaks`, async () => {
    // So many that every operation was asked a hundred times: until then the compiler, not the product, takes memory.
    const warm = Math.floor(requests / 2);
    expect(await fire(0, warm)).toEqual([]);
    await untilNothingIsMade();
    const before = residentMb();
    expect(await fire(warm, requests)).toEqual([]);
    await untilNothingIsMade();
    const growth = residentMb() - before;
    console.info(`RSS grew by ${growth.toFixed(1)} MB over ${requests - warm} requests`);
    expect(growth).toBeLessThanOrEqual(MAX_GROWTH_MB);
    expect(accidents).toEqual([]);
    expect(await goodOnes()).toEqual([]);
    expect(Object.hasOwn(Object.prototype, "admin")).toBe(false);
  }, 900_000);
});

/** In a tenant of its own: what was sent before has left nothing behind in the process. */
async function goodOnes(): Promise<string[]> {
  const fresh = await makeWorld("canarygood", "0197f200-0000-7000-8000-000000000001");
  const runId = "0197f200-0000-7000-8000-000000000002";
  const answers = [
    await send(fresh.key.headers, "/runs", { body: { run_id: runId, agent_id: "good" } }),
    await send(fresh.key.headers, `/runs/${runId}/steps`, {
      body: { ...goodBodies["gate.post_step"]?.(() => ""), step_index: 1 },
    }),
    await send(fresh.key.headers, `/runs/${runId}/complete`, { body: { status: "succeeded" } }),
    await send(fresh.key.headers, `/runs/${runId}/verify`),
  ];
  return answers.flatMap(({ status, text }) => (status < 300 ? [] : [text]));
}

async function stored(): Promise<string[]> {
  return (await rowsOf(world.tenantId)).map((row) => row.replace(/"last_used_at": (?:null|"[^"]*")/, "")).sort();
}
