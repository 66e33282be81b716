// D8: headers that move other systems move nothing here. Every operation is asked over the real listener, plainly and with
// each trick; the bytes of the two answers are the same.

import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { streamTenant } from "@/server/events/contract";
import { inspect } from "@/server/platform/db/testing/test-database";
import { absentId } from "@/server/platform/http/testing/operation-calls";
import { type Headers, sent } from "@/server/testing/callers";
import { goodBodies } from "@/server/testing/good-bodies";
import { operations, ownIds } from "@/server/testing/sweep";
import { makeWorld, sharedRuns, type World } from "@/server/testing/tenant-world";
import { startWholeServer, type WholeServer } from "@/server/testing/whole-server";

let world: World;
let server: WholeServer;

beforeAll(async () => {
  server = await startWholeServer();
  world = await makeWorld("canarytricks", "0197e400-0000-7000-8000-000000000001");
  // What is over shows the same whenever it is asked.
  for (const run of [sharedRuns.idle, sharedRuns.open, sharedRuns.paused]) {
    await sent(world.key.headers, `/runs/${run}/cancel`, { body: {} });
  }
});
afterAll(() => server.close());

const tricks: Headers[] = [
  { "x-middleware-subrequest": "middleware:middleware:middleware:middleware:middleware" },
  { "x-middleware-subrequest": "src/middleware:src/middleware:src/middleware:src/middleware:src/middleware" },
  { "x-middleware-subrequest": "pages/_middleware" },
  { "x-middleware-override-headers": "authorization", "x-middleware-request-authorization": "Bearer x" },
  { "x-middleware-rewrite": "/api/health", "x-middleware-next": "1", "x-middleware-prefetch": "1" },
  { "x-nextjs-data": "1", "next-router-state-tree": "x", rsc: "1", "next-action": "x".repeat(40) },
  { "x-forwarded-host": "evil.test", "x-forwarded-proto": "https", "x-forwarded-port": "443" },
  { "x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1", "x-client-ip": "127.0.0.1", "true-client-ip": "::1" },
  { forwarded: "for=127.0.0.1;host=evil.test;proto=https", "x-forwarded-prefix": "/api/v1/..", via: "1.1 evil" },
  { "x-holdpoint-client-address": "127.0.0.1", "x-holdpoint-client": "127.0.0.1" },
  { host: "evil.test" },
  { host: "localhost:1" },
  { "x-original-url": "/api/health", "x-rewrite-url": "/api/health", "x-original-host": "evil.test" },
  { "x-http-method-override": "GET", "x-method-override": "GET", "x-http-method": "GET" },
  { "x-http-method-override": "DELETE", "x-method-override": "DELETE", "x-http-method": "DELETE" },
  { "x-tenant-id": absentId, "x-user-id": absentId, "x-role": "owner", "x-org-id": absentId },
  { "x-api-key": "hp_live_x", "x-auth-token": "x", "proxy-authorization": "Bearer x", "x-authorization": "Bearer x" },
  { connection: "keep-alive, authorization, cookie" },
  { te: "trailers" },
  { accept: "text/html", "accept-encoding": "gzip, br", "accept-language": "de", range: "bytes=0-1" },
  { "if-none-match": "*", "if-modified-since": "Thu, 01 Jan 2099 00:00:00 GMT" },
  { "x-request-id": "chosen-by-me", traceparent: "00-11111111111111111111111111111111-1111111111111111-01" },
];

type Asked = { method: string; path: string; headers: Headers; body: string | undefined };

/** The whole answer of one request, without request id, Date and what only says that the socket stays open. */
function ask({ method, path, headers, body }: Asked): Promise<string> {
  return new Promise((resolve, reject) => {
    const given = { "content-type": "application/json", ...headers };
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const target = { host: "127.0.0.1", port: server.port, method, path, setHost: !("host" in given) };
    const request = httpRequest({ ...target, headers: { ...given, ...length } }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      const finish = () => {
        const { date: _date, connection: _connection, "keep-alive": _keep, ...rest } = response.headers;
        const whole = `${response.statusCode}\n${JSON.stringify(rest)}\n${Buffer.concat(chunks).toString("utf8")}`;
        const answer = whole.replaceAll(String(response.headers["x-request-id"] ?? "-"), "<request id>");
        resolve(path.includes("/overview/") ? withoutClock(answer) : answer);
      };
      response.on("end", finish);
      if (response.statusCode !== 200 || path !== streamTenant.path) return;
      // It does not end by itself: what it begins with is its answer.
      response.on("error", () => {});
      response.once("data", () => {
        finish();
        request.destroy();
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** An overview is of the moment in which it was asked for. */
function withoutClock(answer: string): string {
  return answer.replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"<time>"');
}

const callers: [name: string, headersOf: () => Headers][] = [
  ["nobody", () => ({})],
  ["a viewer", () => world.seats.viewer.headers],
  ["a key of one scope", () => world.narrowKey.headers],
];

describe.each(callers)("D8: %s", (_name, headersOf) => {
  const plain = new Map<Asked, string>();

  beforeAll(async () => {
    for (const call of everyCall(headersOf())) plain.set(call, await ask(call));
  });

  test.each(tricks)("is answered the same with %j", async (trick) => {
    const different: string[] = [];
    const calls = [...plain];
    for (let at = 0; at < calls.length; at += 8) {
      const some = calls.slice(at, at + 8).map(async ([call, expected]) => {
        const fault = await differs(call, trick, expected);
        if (fault !== null) different.push(fault);
      });
      await Promise.all(some);
    }
    expect(different).toEqual([]);
  });
});

/** Sliding windows and spans of time move by themselves; what the trick does, it does every time. */
async function differs(call: Asked, trick: Headers, known: string): Promise<string | null> {
  let plain = known;
  for (let tries = 1; ; tries += 1) {
    const tricked = await ask({ ...call, headers: { ...call.headers, ...trick } });
    if (tricked === plain) return null;
    if (tries === 5) return `${call.method} ${call.path}:\n${plain}\n--- with it:\n${tricked}`;
    plain = await ask(call);
  }
}

function everyCall(headers: Headers): Asked[] {
  const ids = (name: string) => (name === "run_id" ? sharedRuns.stopped : ownIds(world)(name));
  return operations.map((endpoint) => {
    const path = endpoint.path.replace(/\{(\w+)\}/g, (_all, name: string) => (name === "step_index" ? "1" : ids(name)));
    const body = endpoint.method === "GET" ? undefined : JSON.stringify(goodBodies[endpoint.id]?.(ids));
    return { method: endpoint.method, path, headers, body };
  });
}

describe("D8: parameter pollution", () => {
  const status = async (path: string) => Number((await ask(as(path))).slice(0, 3));
  const as = (path: string): Asked => ({ method: "GET", path, headers: world.key.headers, body: undefined });

  test.each([
    "/api/v1/incidents?page=1&page=2",
    "/api/v1/incidents?page=1&PAGE=2",
    "/api/v1/incidents?page[]=1",
    "/api/v1/incidents?page=1&page[]=2",
    "/api/v1/incidents?page=1;page=2",
    "/api/v1/incidents?page=1%26page=2",
    "/api/v1/incidents?q=a&q=b",
    "/api/v1/incidents?tenant_id=0197e400-0000-7000-8000-000000000001",
    "/api/v1/incidents?_method=DELETE",
    "/api/v1/incidents?run_id=0197e400-0000-7000-8000-000000000001&run_id=0197e400-0000-7000-8000-000000000002",
  ])("%s is refused, and no value of two is chosen", async (path) => {
    expect(await status(path)).toBe(422);
  });

  test("two credentials: a Bearer that is no key is nobody, whatever cookie comes along; two cookies are none", async () => {
    const { cookie = "" } = world.seats.owner.headers;
    const of = (headers: Headers) => ask({ method: "GET", path: "/api/v1/incidents", headers, body: undefined });
    expect((await of({ cookie })).slice(0, 3)).toBe("200");
    expect((await of({ cookie, authorization: "Bearer hp_live_nothing" })).slice(0, 3)).toBe("401");
    expect((await of({ cookie: `${cookie}; ${world.seats.viewer.headers.cookie}` })).slice(0, 3)).toBe("401");
  });

  test("a body beside what names it: duplicate keys, and If-Match that says another version, are refused", async () => {
    const put = (body: string, headers: Headers = {}) =>
      ask({
        method: "PUT",
        path: `/api/v1/policies/${world.ids.policy_id}/precedence`,
        headers: { ...world.key.headers, ...headers },
        body,
      });
    expect((await put('{"precedence":1,"precedence":2,"version":1}')).slice(0, 3)).toBe("422");
    expect((await put('{"precedence":1,"version":1}', { "if-match": '"2"' })).slice(0, 3)).toBe("422");
  });
});

test("D8: none of it wrote anything", async () => {
  const [row] = await inspect()`
    select count(*)::int as n from audit_logs where tenant_id = ${world.tenantId} and actor_id = ${world.seats.viewer.userId}`;
  expect(row?.n).toBe(0);
});
