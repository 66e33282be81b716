// What holds for every operation, whatever it does: asked over the registry, so a new operation is covered by being there.

import { beforeAll, describe, expect, it } from "vitest";
import { roles } from "@/db/vocabulary";
import { registry } from "@/server/endpoints";
import { type Principal, rolePermissions } from "@/server/platform/auth/principal";
import { resolvePrincipal } from "@/server/platform/auth/resolve";
import { type MintedTenant, mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { type Endpoint, RawBody } from "@/server/platform/http/contract";
import { routerOn } from "@/server/platform/http/mount";
import { parameterNames } from "@/server/platform/http/registry";
import { absentId, callOperation, comparable, type Made } from "@/server/platform/http/testing/operation-calls";

const asRole = new Map<string, Principal>();
const route = routerOn(registry, {
  resolvePrincipal: async (request) =>
    asRole.get(request.headers.get("x-test-role") ?? "") ?? (await resolvePrincipal(request)),
  takeRate: () => {},
});
const operations = registry.all.map(({ endpoint }) => endpoint);
const guarded = operations.filter(({ permission }) => permission !== "none" && !permission.startsWith("platform:"));
let tenant: MintedTenant;

beforeAll(async () => {
  tenant = await mintTenant();
  for (const role of roles) {
    asRole.set(role, { ...tenant.principal, role, permissions: rolePermissions[role] });
  }
});

const send = (endpoint: Endpoint, made: Made) => callOperation(route, endpoint, made);

describe("every operation", () => {
  it("is closed to nobody in particular: 401", async () => {
    const open: string[] = [];
    for (const endpoint of guarded) {
      for (const headers of [
        {},
        { authorization: "Bearer hp_live_x" },
        { cookie: "__Host-holdpoint.session_token=x.y" },
      ]) {
        const response = await send(endpoint, { headers });
        const kind = response.headers.get("content-type");
        if (response.status !== 401 || kind !== "application/problem+json")
          open.push(`${endpoint.id}: ${response.status}`);
        await response.body?.cancel();
      }
    }
    expect(open).toEqual([]);
  });

  it("is closed to roles without its permission: 403 that names it; before the input is looked at", async () => {
    const wrong: string[] = [];
    for (const endpoint of guarded) {
      for (const role of roles) {
        if ([...rolePermissions[role]].some((held) => held === endpoint.permission)) continue;
        const response = await send(endpoint, { headers: { "x-test-role": role }, ids: () => "no-id", body: { x: 1 } });
        const body = await response.json();
        if (response.status !== 403 || body.permission !== endpoint.permission) wrong.push(`${endpoint.id} as ${role}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("refuses unknown fields with their pointer: 422", async () => {
    const wrong: string[] = [];
    for (const endpoint of operations.filter(({ permission }) => !permission.startsWith("platform:"))) {
      const headers = { "x-test-role": "owner" };
      const inQuery = await (await send(endpoint, { headers, search: "?surely_unknown=1" })).json();
      const pointers = (answer: { errors?: { pointer: string }[] }) =>
        answer.errors?.map(({ pointer }) => pointer) ?? [];
      if (!pointers(inQuery).includes("?surely_unknown")) wrong.push(`${endpoint.id}: query`);
      if (endpoint.method === "GET" || endpoint.body === RawBody) continue;
      const inBody = await (await send(endpoint, { headers, body: { surely_unknown: 1 } })).json();
      if (!pointers(inBody).some((pointer) => pointer.endsWith("/surely_unknown"))) wrong.push(`${endpoint.id}: body`);
    }
    expect(wrong).toEqual([]);
  });

  it("answers an id that is none exactly as one that names nothing", async () => {
    const wrong: string[] = [];
    for (const endpoint of guarded.filter(({ path }) => parameterNames(path).some((name) => name.endsWith("_id")))) {
      const headers = { "x-test-role": "owner" };
      const malformed = await send(endpoint, { headers, ids: () => "17" });
      const nothing = await send(endpoint, { headers });
      if (malformed.status !== 404) wrong.push(`${endpoint.id}: ${malformed.status} for an id that is none`);
      // A list below an id may be empty, and a body made up from a schema may be refused; both say nothing about the id.
      if (nothing.status === 404 && (await comparable(nothing)) !== (await comparable(malformed)))
        wrong.push(`${endpoint.id} differs`);
      if (nothing.status >= 500) wrong.push(`${endpoint.id}: ${nothing.status} for an absent id`);
    }
    expect(wrong).toEqual([]);
  });

  it("is found with and without a trailing slash", () => {
    for (const { path, method } of operations) {
      const found = registry.match(`${path.replace(/\{\w+\}/g, absentId)}/`);
      expect(found?.methods.get(method)?.endpoint.path).toBe(path);
    }
  });

  it("knows no way around itself by headers (D8)", async () => {
    const tricks = [
      { "x-middleware-subrequest": "middleware:middleware:middleware:middleware:middleware" },
      { "x-forwarded-host": "evil.test", "x-forwarded-proto": "https", "x-forwarded-for": "127.0.0.1" },
      { "x-original-url": "/api/health", "x-rewrite-url": "/api/health" },
      { "x-http-method-override": "GET", "x-method-override": "GET" },
      { "x-tenant-id": absentId, "x-user-id": absentId, "x-role": "owner" },
    ];
    const different: string[] = [];
    for (const endpoint of operations) {
      if (endpoint.permission === "none") continue;
      const plain = await comparable(await send(endpoint, {}));
      for (const headers of tricks) {
        if ((await comparable(await send(endpoint, { headers }))) !== plain)
          different.push(`${endpoint.id} ${JSON.stringify(headers)}`);
      }
    }
    expect(different).toEqual([]);
  });
});

describe("the platform's own", () => {
  const ask = async (path: string, headers: Record<string, string> = {}) => {
    const response = await route(new Request(`http://h.test${path}`, { headers }));
    return { status: response?.status, text: (await response?.text()) ?? "" };
  };

  it("health says whether it can work, and no secrets", async () => {
    const ready = await ask("/api/health");
    expect(JSON.parse(ready.text)).toMatchObject({ status: "ok", database: "ok" });
    expect(JSON.parse((await ask("/api/health?probe=live")).text)).toMatchObject({ database: "not_asked" });
  });

  it("metrics are no page without a token", async () => {
    expect((await ask("/api/metrics")).status).toBe(404);
    expect((await ask("/api/metrics", { authorization: `Bearer ${tenant.key}` })).status).toBe(404);
  });

  it("the OpenAPI document is for everybody", async () => {
    expect(JSON.parse((await ask("/api/v1/openapi.json")).text).openapi).toBe("3.1.0");
  });
});
