import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type Principal, rolePermissions } from "@/server/platform/auth/principal";
import { clientSchemeHeader } from "@/server/platform/http/client-address";
import { endpoint, RawAnswer, Uuid } from "@/server/platform/http/contract";
import type { Services } from "@/server/platform/http/dispatch";
import { handle, reply, replyBytes } from "@/server/platform/http/handle";
import { mountOn, routerOn } from "@/server/platform/http/mount";
import { problem } from "@/server/platform/http/problem";
import { registryOf } from "@/server/platform/http/registry";

const id = "0197a000-0000-7000-8000-000000000001";
const Closed = problem("thing-closed", 409, "The thing is closed");

const getThing = endpoint({
  id: "things.get",
  method: "GET",
  path: "/api/v1/things/{thing_id}",
  permission: "policies:read",
  transaction: "own",
  params: z.object({ thing_id: Uuid }),
  query: z.object({ deep: z.boolean().default(false), kinds: z.array(z.enum(["a", "b"])).optional() }),
  returns: z.object({ thing_id: z.string(), deep: z.boolean(), kinds: z.array(z.string()), version: z.int() }),
});
const putThing = endpoint({
  id: "things.put",
  method: "PUT",
  path: "/api/v1/things/{thing_id}",
  permission: "policies:manage",
  audit: "thing.changed",
  transaction: "own",
  params: z.object({ thing_id: Uuid }),
  body: z.object({
    name: z.string().max(10),
    threshold: z.number().min(0).optional(),
    rules: z.array(z.strictObject({ when: z.string() })).default([]),
    version: z.int().optional(),
  }),
  returns: z.object({ name: z.string(), version: z.int().nullable() }),
  problems: [Closed],
});
const postBytes = endpoint({
  id: "things.bytes",
  method: "POST",
  path: "/api/v1/things",
  permission: "policies:read",
  audit: { none: "changes nothing" },
  transaction: "own",
  status: 201,
  returns: z.object({ ok: z.boolean() }),
});
const streamThing = endpoint({
  id: "things.stream",
  method: "GET",
  path: "/api/v1/things/stream",
  permission: "none",
  media: "text/event-stream",
  returns: RawAnswer,
});

const user: Principal = {
  kind: "user",
  tenantId: id,
  userId: id,
  sessionId: id,
  role: "admin",
  permissions: rolePermissions.admin,
};
const key: Principal = { kind: "key", tenantId: id, keyId: id, agentIds: null, permissions: rolePermissions.admin };

const services: Services = {
  resolvePrincipal: async (request) => {
    const who = request.headers.get("authorization");
    if (who === "viewer") return { ...user, role: "viewer", permissions: rolePermissions.viewer };
    return who === "key" ? key : who === "user" ? user : null;
  },
  takeRate: () => {},
};

const registry = registryOf([
  handle(getThing, (_cx, { params, query }) => ({ ...params, deep: query.deep, kinds: query.kinds ?? [], version: 7 })),
  handle(putThing, (_cx, { body }) => {
    if (body.name === "closed") throw Closed.with({ closed_at: "2026-01-01T00:00:00.000Z" });
    if (body.name === "broken") throw new Error("password=hunter2");
    if (body.name === "raced") throw Object.assign(new Error("dup"), { code: "23505", constraint_name: "x_key" });
    if (body.name === "away") throw Object.assign(new Error("gone"), { cause: { code: "ECONNREFUSED" } });
    if (body.name === "full") throw Object.assign(new Error("disk"), { code: "53100" });
    return { name: body.name, version: body.version ?? null };
  }),
  handle(postBytes, (_cx, _input) =>
    replyBytes(new TextEncoder().encode('{"ok": true}'), {
      status: 200,
      replayed: true,
      headers: { "Retry-After": "2" },
    }),
  ),
  handle(streamThing, () => new Response("data: 1\n\n", { headers: { "Content-Type": "text/event-stream" } })),
]);
const route = routerOn(registry, services);

async function ask(method: string, path: string, init: { body?: unknown; as?: string; headers?: HeadersInit } = {}) {
  const headers = new Headers(init.headers);
  if (init.as !== "nobody") headers.set("authorization", init.as ?? "key");
  if (init.body !== undefined && !headers.has("content-type")) headers.set("content-type", "application/json");
  const body = typeof init.body === "string" ? init.body : JSON.stringify(init.body);
  const request = new Request(`http://h.test${path}`, {
    method,
    headers,
    ...(init.body === undefined ? {} : { body }),
  });
  const response = await route(request);
  if (!response) throw new Error("no such address");
  const text = await response.text();
  return { response, text, json: text === "" ? null : JSON.parse(text) };
}

const thing = `/api/v1/things/${id}`;

describe("an answer", () => {
  it("carries its own request id and the fixed headers", async () => {
    const { response, json } = await ask("GET", thing, { headers: { "x-request-id": "mine" } });
    expect(json).toEqual({ thing_id: id, deep: false, kinds: [], version: 7 });
    expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("etag")).toBe('"7"');
  });

  it("reads query values as the contract's types and refuses pollution", async () => {
    expect((await ask("GET", `${thing}?deep=true&kinds=a&kinds=b`)).json).toMatchObject({
      deep: true,
      kinds: ["a", "b"],
    });
    expect((await ask("GET", `${thing}?kinds=a,b`)).json.kinds).toEqual(["a", "b"]);
    expect((await ask("GET", `${thing}?deep=true&deep=false`)).json.errors).toEqual([
      { pointer: "?deep", code: "repeated", detail: "It may be given once" },
    ]);
    expect(
      (await ask("GET", `${thing}?deep=maybe&x=1&__proto__=1`)).json.errors.map((e: { pointer: string }) => e.pointer),
    ).toEqual(["?deep", "?x", "?__proto__"]);
  });

  it("may have another status, headers and stored bytes", async () => {
    const { response, text } = await ask("POST", "/api/v1/things", { body: {} });
    expect(response.status).toBe(200);
    expect(text).toBe('{"ok": true}');
    expect(response.headers.get("idempotent-replayed")).toBe("true");
    expect(response.headers.get("retry-after")).toBe("2");
    expect(response.headers.get("content-type")).toBe("application/json");
  });

  it("may be a stream", async () => {
    const request = new Request("http://h.test/api/v1/things/stream");
    const response = await route(request);
    expect(await response?.text()).toBe("data: 1\n\n");
    expect(response?.headers.get("cache-control")).toBe("private, no-store");
  });

  it("is the same with a trailing slash, and without a body for HEAD", async () => {
    expect((await ask("GET", `${thing}/`)).json.version).toBe(7);
    const head = await ask("HEAD", thing);
    expect([head.response.status, head.text, head.response.headers.get("etag")]).toEqual([200, "", '"7"']);
    const options = await ask("OPTIONS", thing);
    expect([options.response.status, options.response.headers.get("allow")]).toEqual([204, "GET, PUT, HEAD, OPTIONS"]);
  });
});

describe("refusals", () => {
  const put = (body: unknown, more: { as?: string; headers?: HeadersInit } = {}) =>
    ask("PUT", thing, { body, ...more });

  it.each([
    ["nobody", () => ask("GET", thing, { as: "nobody" }), 401, "unauthenticated"],
    ["a role that lacks the permission", () => put({ name: "x" }, { as: "viewer" }), 403, "forbidden"],
    ["another method", () => ask("PATCH", thing, { body: {} }), 405, "method-not-allowed"],
    ["an id that is none", () => ask("GET", "/api/v1/things/17"), 404, "not-found"],
    ["an announced size", () => put({}, { headers: { "content-length": "1048577" } }), 413, "payload-too-large"],
    ["a real size", () => put(`{"name":"${"x".repeat(1_048_576)}"}`), 413, "payload-too-large"],
    [
      "a form",
      () => put("name=x", { headers: { "content-type": "application/x-www-form-urlencoded" } }),
      415,
      "unsupported-media-type",
    ],
    [
      "another charset",
      () => put("{}", { headers: { "content-type": "application/json; charset=latin1" } }),
      415,
      "unsupported-media-type",
    ],
    ["no JSON", () => put("{"), 422, "not-i-json"],
    ["a duplicate key", () => put('{"name":"a","name":"b"}'), 422, "not-i-json"],
    ["a domain's own problem", () => put({ name: "closed" }), 409, "thing-closed"],
    ["a lost race", () => put({ name: "raced" }), 409, "conflict"],
    ["no database", () => put({ name: "away" }), 503, "database-unavailable"],
    ["a full disk", () => put({ name: "full" }), 503, "database-unavailable"],
    ["a bug", () => put({ name: "broken" }), 500, "internal"],
    [
      "a bad idempotency key",
      () => put({ name: "x" }, { headers: { "idempotency-key": "a b" } }),
      422,
      "validation-failed",
    ],
  ])("%s", async (_what, send, status, slug) => {
    const { response, json, text } = await send();
    expect([response.status, json.type.split("/").at(-1)]).toEqual([status, slug]);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(json.request_id).toBe(response.headers.get("x-request-id"));
    expect(json.instance).toBe(`/requests/${json.request_id}`);
    expect(json.type).toMatch(/^https?:\/\//);
    expect(json).toMatchObject({ title: expect.any(String), detail: expect.any(String), status });
    expect(text).not.toContain("hunter2");
    if (status === 503) expect(response.headers.get("retry-after")).toBe("1");
    if (status === 401) expect(response.headers.get("www-authenticate")).toContain("Bearer");
  });

  it("name every wrong field by pointer", async () => {
    const { json } = await put('{"threshold":-1,"rules":[{"when":"x"},{"wen":1}],"extra":1,"__proto__":{}}');
    expect(json.errors.map((e: { pointer: string; code: string }) => [e.pointer, e.code])).toEqual([
      ["#/name", "required"],
      ["#/threshold", "too_small"],
      ["#/rules/1/when", "required"],
      ["#/rules/1/wen", "unknown_field"],
      ["#/extra", "unknown_field"],
      ["#/__proto__", "unknown_field"],
    ]);
  });

  it("never repeat a value", async () => {
    expect((await put({ name: "my-secret-value" })).text).not.toContain("my-secret");
  });

  it("keep extension members", async () => {
    expect((await put({ name: "closed" })).json.closed_at).toBe("2026-01-01T00:00:00.000Z");
  });
});

describe("a version", () => {
  it("may come as If-Match", async () => {
    const send = (ifMatch: string, body: object) => ask("PUT", thing, { body, headers: { "if-match": ifMatch } });
    expect((await send('"3"', { name: "x" })).json.version).toBe(3);
    expect((await send('W/"3"', { name: "x", version: 3 })).json.version).toBe(3);
    expect((await send("*", { name: "x" })).json.version).toBe(null);
    expect((await send('"4"', { name: "x", version: 3 })).json.errors[0].pointer).toBe("header/If-Match");
    expect((await send('"abc"', { name: "x" })).response.status).toBe(422);
  });
});

describe("a cookie", () => {
  const write = (headers: HeadersInit) => ask("PUT", thing, { as: "user", body: { name: "x" }, headers });

  it("is good for writes from our own pages only", async () => {
    expect((await write({ host: "h.test", origin: "http://h.test" })).response.status).toBe(200);
    expect((await write({})).response.status).toBe(200);
    expect((await write({ "sec-fetch-site": "same-origin" })).response.status).toBe(200);
    const byTls = { host: "h.test", origin: "https://h.test", [clientSchemeHeader]: "https" };
    expect((await write(byTls)).response.status).toBe(200);
    // A proxy that does not say how the client came may have spoken TLS.
    expect((await write({ host: "h.test", origin: "https://h.test" })).response.status).toBe(200);
    for (const headers of [
      { host: "h.test", origin: "http://evil.test" },
      { host: "h.test", origin: "null" },
      { host: "h.test", origin: "http://evil.test", "x-forwarded-host": "evil.test" },
      { host: "h.test", origin: "http://h.test", [clientSchemeHeader]: "https" },
      { host: "h.test", origin: "https://h.test", [clientSchemeHeader]: "http" },
      { "sec-fetch-site": "cross-site" },
    ]) {
      expect((await write(headers)).json.type).toMatch(/cross-origin$/);
    }
    expect((await ask("GET", thing, { as: "user", headers: { origin: "http://evil.test" } })).response.status).toBe(
      200,
    );
  });
});

describe("D8: header tricks change nothing", () => {
  const tricks: Record<string, string>[] = [
    { "x-middleware-subrequest": "middleware:middleware:middleware:middleware:middleware" },
    { "x-middleware-subrequest": "src/middleware", "x-middleware-next": "1" },
    { "x-forwarded-host": "evil.test", "x-forwarded-proto": "https", "x-forwarded-for": "127.0.0.1" },
    { "x-original-url": "/api/health", "x-rewrite-url": "/api/health" },
    { "x-http-method-override": "GET", "x-method-override": "GET", "x-http-method": "GET" },
    { host: "evil.test" },
    { "x-user-id": id, "x-tenant-id": id, "x-role": "owner" },
  ];
  const requests: [string, () => Parameters<typeof ask>[2]][] = [
    ["GET", () => ({ as: "nobody" })],
    ["GET", () => ({})],
    ["PUT", () => ({ as: "viewer", body: { name: "x" } })],
    ["PUT", () => ({ body: { name: "x", extra: 1 } })],
    ["PUT", () => ({ body: { name: "x" } })],
    ["PATCH", () => ({ body: {} })],
  ];

  it("0 differences over all tricks", async () => {
    const bare = async (method: string, init: Parameters<typeof ask>[2]) => {
      const { response, text } = await ask(method, thing, init);
      const requestId = response.headers.get("x-request-id") ?? "-";
      return `${response.status} ${[...response.headers].join()} ${text}`.replaceAll(requestId, "<id>");
    };
    const differences: string[] = [];
    for (const [method, init] of requests) {
      const plain = await bare(method, init());
      for (const headers of tricks) {
        if ((await bare(method, { ...init(), headers })) !== plain)
          differences.push(`${method} ${JSON.stringify(headers)}`);
      }
    }
    expect(differences).toEqual([]);
  });
});

describe("mount", () => {
  it("answers every method of a route file", async () => {
    const file = mountOn(registry, services)(getThing, putThing);
    const context = { params: Promise.resolve({ thing_id: id }) };
    const get = await file.GET(new Request("http://h.test/x", { headers: { authorization: "key" } }), context);
    expect(get.status).toBe(200);
    const post = await file.POST(new Request("http://h.test/x", { method: "POST" }), context);
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, PUT, HEAD, OPTIONS"]);
  });

  it("answers where Next gives no parameters", async () => {
    const file = mountOn(registry, services)(postBytes);
    const request = new Request("http://h.test/x", { method: "POST", headers: { authorization: "key" } });
    expect((await file.POST(request, { params: Promise.resolve(undefined) })).status).toBe(200);
  });

  it("fails at load for a contract without a handler", () => {
    const orphan = endpoint({ id: "things.orphan", method: "GET", path: "/x", permission: "none" });
    expect(() => mountOn(registry, services)(orphan)).toThrow(/things\.orphan has no handler/);
  });
});

describe("a registry does not load", () => {
  const one = endpoint({ id: "a.one", method: "POST", path: "/a", permission: "none", audit: { none: "test" } });
  it("with two operations of one name or one address", () => {
    const handled = handle(one, () => undefined);
    expect(() => registryOf([handled, handled])).toThrow(/Two operations are called a\.one/);
    expect(() => registryOf([handled, handle({ ...one, id: "a.two" }, () => undefined)])).toThrow(/POST \/a/);
  });
  it("with a nested object that would drop unknown fields", () => {
    const body = z.object({ scope: z.object({ type: z.string() }) });
    const loose = endpoint({
      id: "a.loose",
      method: "POST",
      path: "/a",
      permission: "none",
      audit: { none: "test" },
      body,
    });
    expect(() => registryOf([handle(loose, () => undefined)])).toThrow(/a\.loose body\.scope is not strict/);
  });
});

describe("in development and tests", () => {
  it("an answer that is not what the contract says is a failure", async () => {
    const lying = endpoint({
      id: "a.lie",
      method: "GET",
      path: "/a",
      permission: "none",
      returns: z.object({ n: z.int() }),
    });
    const leaky = { n: 1, secret: "x" };
    for (const answer of [leaky, reply(leaky), { n: "1" as unknown as number }]) {
      const lied = routerOn(registryOf([handle(lying, () => answer)]), services);
      expect((await lied(new Request("http://h.test/a")))?.status).toBe(500);
    }
  });
});
