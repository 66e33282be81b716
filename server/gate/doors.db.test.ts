// The runner API has two doors: the process's own listener, and the route files that any Next host serves. The same cases
// go through both, and what differs between two runs of one case (ids, hashes, times) is masked.

import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as complete from "@/app/api/v1/runs/[run_id]/complete/route";
import * as run from "@/app/api/v1/runs/[run_id]/route";
import * as result from "@/app/api/v1/runs/[run_id]/steps/[step_index]/result/route";
import * as steps from "@/app/api/v1/runs/[run_id]/steps/route";
import * as verify from "@/app/api/v1/runs/[run_id]/verify/route";
import * as runs from "@/app/api/v1/runs/route";
import { type MintedTenant, mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { createListener, listen } from "@/server/platform/http/listener";
import type { RouteFile } from "@/server/platform/http/mount";
import { gateFetch, isGatePath } from "./front-door";

type Told = { status: number; replayed: string | null; type: string | null; body: unknown };
type Door = (method: string, path: string, body?: unknown) => Promise<Told>;

const files: [RegExp, string[], RouteFile][] = [
  [/^\/api\/v1\/runs$/, [], runs],
  [/^\/api\/v1\/runs\/([^/]+)$/, ["run_id"], run],
  [/^\/api\/v1\/runs\/([^/]+)\/steps$/, ["run_id"], steps],
  [/^\/api\/v1\/runs\/([^/]+)\/steps\/([^/]+)\/result$/, ["run_id", "step_index"], result],
  [/^\/api\/v1\/runs\/([^/]+)\/complete$/, ["run_id"], complete],
  [/^\/api\/v1\/runs\/([^/]+)\/verify$/, ["run_id"], verify],
];

/** What Next does with a route file: the address's parameters, and the file's function for the method. */
async function throughRouteFile(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  for (const [pattern, names, file] of files) {
    const match = pattern.exec(pathname);
    if (match === null) continue;
    const params = Object.fromEntries(names.map((name, i) => [name, match[i + 1]]));
    return file[request.method as "GET"](request, { params: Promise.resolve(params) });
  }
  return new Response(null, { status: 404 });
}

let tenant: MintedTenant;
const servers: Server[] = [];
const doors: Record<string, Door> = {};

beforeAll(async () => {
  tenant = await mintTenant();
  const own = createListener({
    answersItself: isGatePath,
    answer: gateFetch,
    rest: async (_request, response) => void response.end(),
  });
  const routed = createServer(getRequestListener(throughRouteFile));
  for (const [name, server] of Object.entries({ listener: own, routes: routed })) {
    servers.push(server);
    const port = await listen(server, "127.0.0.1", 0);
    doors[name] = (method, path, body) => ask(`http://127.0.0.1:${port}/api/v1${path}`, method, body);
  }
});

afterAll(() => {
  for (const server of servers) server.close();
});

async function ask(url: string, method: string, body?: unknown): Promise<Told> {
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${tenant.key}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    replayed: response.headers.get("idempotent-replayed"),
    type: response.headers.get("content-type"),
    body: text === "" ? null : masked(JSON.parse(text)),
  };
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

function masked(value: unknown): unknown {
  if (typeof value === "string") {
    return (
      value
        .replace(uuid, "<id>")
        .replace(/sha256:[0-9a-f]{64}/g, "<hash>")
        .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>")
        // A receipt's, over run and hash: each signature is another.
        .replace(/(— \S+ )[\w+/]{90,}=*/g, "$1<signature>")
    );
  }
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, masked(member)]));
}

const usage = (tokens: number) => ({ input_tokens: tokens, output_tokens: 0, duration_ms: 5 });

/** One run through every kind of answer; `id` and `other` are new for each door. */
async function story(door: Door): Promise<Told[]> {
  const [id, other] = [uuidv7(), uuidv7()];
  const start = { run_id: id, agent_id: "bot", goal: "Pay", tags: { env: "test" } };
  const report = { step_index: 1, step_type: "input", status: "success", usage: usage(500) };
  const told: Told[] = [];
  const say = async (method: string, path: string, body?: unknown) => told.push(await door(method, path, body));
  await say("POST", "/runs", start);
  await say("POST", "/runs", start);
  await say("POST", "/runs", { ...start, goal: "Other" });
  await say("POST", `/runs/${id}/steps`, report);
  await say("POST", `/runs/${id}/steps`, report);
  await say("POST", `/runs/${id}/steps`, { ...report, usage: usage(501) });
  await say("POST", `/runs/${id}/steps`, { ...report, step_index: 9 });
  await say("POST", `/runs/${id}/steps`, { step_index: 2, step_type: "tool_call", estimate: { input_tokens: 10 } });
  await say("POST", `/runs/${id}/complete`, { status: "succeeded" });
  await say("POST", `/runs/${id}/steps/2/result`, { status: "success", usage: usage(7) });
  await say("POST", `/runs/${id}/steps`, {
    step_index: 3,
    step_type: "llm_call",
    status: "success",
    usage: usage(20_000),
  });
  await say("POST", `/runs/${id}/steps`, { step_index: 4, step_type: "llm_call", status: "success", usage: usage(1) });
  await say("GET", `/runs/${id}`);
  await say("GET", `/runs/${id}/verify`);
  await say("GET", `/runs/${other}`);
  await say("GET", "/runs/not-a-uuid");
  await say("PATCH", `/runs/${id}`);
  await say("POST", "/runs", { agent_id: "bot", nonsense: true });
  await say("POST", "/runs", `{"agent_id":"a","agent_id":"b"}`);
  await say("POST", "/runs", "{");
  await say("POST", `/runs/${id}/steps`, { ...report, step_index: 0 });
  return told;
}

describe("both doors", () => {
  it("answer the same cases in the same way", async () => {
    const { listener, routes } = doors;
    if (listener === undefined || routes === undefined) throw new Error("the doors are not open");
    const [own, routed] = [await story(listener), await story(routes)];
    expect(own.map((told) => told.status)).toEqual([
      201, 200, 409, 200, 200, 409, 409, 200, 409, 200, 200, 409, 200, 200, 404, 404, 405, 422, 422, 422, 422,
    ]);
    expect(own.map((told) => told.replayed)).toEqual(routed.map((told) => told.replayed));
    expect(routed).toEqual(own);
  });

  it("both find a revoked key dead on the next request", async () => {
    const gone = await mintTenant();
    tenant = gone;
    const { listener, routes } = doors;
    if (listener === undefined || routes === undefined) throw new Error("the doors are not open");
    expect((await listener("POST", "/runs", { agent_id: "bot" })).status).toBe(201);
    const { inspect } = await import("@/server/platform/db/testing/test-database");
    await inspect()`update api_keys set status = 'revoked', revoked_at = now() where id = ${gone.keyId}`;
    for (const door of [listener, routes]) expect((await door("POST", "/runs", { agent_id: "bot" })).status).toBe(401);
  });
});
