import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { roles } from "@/db/vocabulary";
import { connectivityHandlers } from "@/server/connectivity/handlers";
import { keyScopes, type Permission, type Principal, rolePermissions } from "@/server/platform/auth/principal";
import { findKey, parseApiKey, resolvePrincipal } from "@/server/platform/auth/resolve";
import { closePools } from "@/server/platform/db/client";
import { type MintedTenant, mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect } from "@/server/platform/db/testing/test-database";
import { routerOn } from "@/server/platform/http/mount";
import { registryOf } from "@/server/platform/http/registry";

afterAll(() => closePools());

const PATH = "/api/v1/connectivity/api-keys";
const registry = registryOf(connectivityHandlers);

type Sent = { body?: unknown; headers?: Record<string, string> };

/** Sends as `principal`; absent: as the request's own credentials say. */
async function send(principal: Principal | null, line: string, { body, headers = {} }: Sent = {}) {
  const [method = "GET", path = ""] = line.split(" ");
  const resolve = principal === null ? resolvePrincipal : async () => principal;
  const route = routerOn(registry, { resolvePrincipal: resolve, takeRate: () => {} });
  const init: RequestInit = {
    method,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
  };
  if (body !== undefined) init.body = JSON.stringify(body);
  const response = await route(new Request(`http://localhost:3000${path}`, init));
  if (response === null) throw new Error(`nothing answers ${line}`);
  const text = await response.text();
  const value: Record<string, unknown> = text === "" ? {} : JSON.parse(text);
  return { status: response.status, headers: response.headers, text, value };
}

function bearer(key: unknown): Record<string, string> {
  return { authorization: `Bearer ${String(key)}` };
}

/** Whom the product takes the key's holder for. */
function holderOf(key: unknown): Promise<Principal | null> {
  return resolvePrincipal(new Request("http://localhost:3000/", { headers: bearer(key) }));
}

const wanted = { name: "CI runner", scopes: ["runs:write", "runs:read"] };

let tenant: MintedTenant;
let owner: Principal;

beforeEach(async () => {
  tenant = await mintTenant();
  owner = tenant.principal;
});

async function create(change: object = {}, as: Principal = owner) {
  return send(as, `POST ${PATH}`, { body: { ...wanted, ...change } });
}

describe("creating a key", () => {
  it("answers the key once and stores its hash alone", async () => {
    const { status, value } = await create();
    expect(status).toBe(201);
    expect(value.key).toMatch(/^hp_live_[A-Za-z0-9_-]{43}$/);
    expect(value.prefix).toBe(String(value.key).slice(0, 12));
    expect(value).toMatchObject({
      name: "CI runner",
      status: "active",
      agent_ids: [],
      expires_at: null,
      frozen: false,
    });
    const secret = String(value.key).slice(12);
    for (const table of ["api_keys", "audit_logs", "outbox", "idempotency_keys"]) {
      expect(JSON.stringify(await inspect()`select * from ${inspect()(table)}`)).not.toContain(secret);
    }
    const seen = await send(owner, `GET ${PATH}/${value.key_id}`);
    const listed = await send(owner, `GET ${PATH}`);
    expect(seen.text + listed.text).not.toContain(secret);
  });

  it("gives a key that acts by its scopes and agents", async () => {
    const { value } = await create({ agent_ids: ["invoice-bot", "invoice-bot", "mail-bot"] });
    expect(await holderOf(value.key)).toEqual({
      kind: "key",
      tenantId: tenant.tenantId,
      keyId: value.key_id,
      agentIds: ["invoice-bot", "mail-bot"],
      permissions: new Set(["runs:read", "runs:write"]),
    });
  });

  it("writes the audit entry with the key as it is, without the secret", async () => {
    const { value } = await create();
    const [entry] = await inspect()`
      select action, actor_id, "before", "after" from audit_logs where entity_id = ${String(value.key_id)}`;
    expect(entry).toMatchObject({ action: "api_key.created", actor_id: tenant.userId, before: null });
    expect(entry?.after).toMatchObject({ key_id: value.key_id, scopes: wanted.scopes, status: "active" });
    expect(Object.keys(entry?.after ?? {})).not.toEqual(expect.arrayContaining(["key"]));
  });

  it.each([
    ["an unknown scope", { scopes: ["runs:fly"] }, "#/scopes/0"],
    ["a scope no key can have", { scopes: ["runs:read", "policies:approve"] }, "#/scopes/1"],
    ["key management as a scope", { scopes: ["keys:manage"] }, "#/scopes/0"],
    ["an end in the past", { expires_at: "2020-01-01T00:00:00Z" }, "#/expires_at"],
    ["an end that is no instant", { expires_at: "tomorrow" }, "#/expires_at"],
    ["an empty name", { name: "  " }, "#/name"],
    ["an agent id that is too long", { agent_ids: ["a".repeat(129)] }, "#/agent_ids/0"],
    ["an unknown field", { tenant_id: "x" }, "#/tenant_id"],
  ])("refuses %s", async (_, change, pointer) => {
    expect(await create(change)).toMatchObject({ status: 422, value: { errors: [{ pointer }] } });
  });

  it("does not let a creator give a scope they lack", async () => {
    const few: Principal = { ...tenant.principal, permissions: new Set<Permission>(["keys:manage", "runs:read"]) };
    const { status, value } = await create({}, few);
    expect([status, value.type, value.scopes]).toEqual([403, expect.stringMatching(/scope-not-held$/), ["runs:write"]]);
    expect((await create({ scopes: ["runs:read"] }, few)).status).toBe(201);
  });

  it("answers the same key to the same Idempotency-Key, though the database does not hold it", async () => {
    const headers = { "idempotency-key": "once" };
    const first = await send(owner, `POST ${PATH}`, { body: wanted, headers });
    const again = await send(owner, `POST ${PATH}`, { body: wanted, headers });
    expect(again.text).toBe(first.text);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(await holderOf(again.value.key)).toMatchObject({ keyId: first.value.key_id });
    const [stored] = await inspect()<{ answer: Buffer }[]>`
      select answer from idempotency_keys where tenant_id = ${tenant.tenantId}`;
    expect(stored?.answer.toString()).not.toContain(String(first.value.key).slice(12));
    expect(await holderOf(JSON.parse(stored?.answer.toString() ?? "{}").key)).toBeNull();
    const other = await send(owner, `POST ${PATH}`, { body: { ...wanted, name: "Other" }, headers });
    expect(other).toMatchObject({ status: 422, value: { type: expect.stringMatching(/idempotency-key-reused$/) } });
  });

  it("makes one key of eight equal requests at once", async () => {
    const sent = { body: wanted, headers: { "idempotency-key": "at once" } };
    const bad = await send(owner, `POST ${PATH}`, sent);
    expect(bad.status).toBe(422);
    const good = { body: wanted, headers: { "idempotency-key": "at-once" } };
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(owner, `POST ${PATH}`, good)));
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
  });
});

describe("D7: a key", () => {
  it("is refused from the next request on once revoked, for good, and revoking again changes nothing", async () => {
    const { value } = await create();
    expect(await holderOf(value.key)).not.toBeNull();
    const revoked = await send(owner, `DELETE ${PATH}/${value.key_id}`, { body: { reason: "leaked" } });
    expect(revoked).toMatchObject({ status: 200, value: { status: "revoked", revoked_reason: "leaked" } });
    expect(await holderOf(value.key)).toBeNull();
    const again = await send(owner, `DELETE ${PATH}/${value.key_id}`);
    expect(again.value).toEqual(revoked.value);
    const entries = await inspect()`
      select from audit_logs where entity_id = ${String(value.key_id)} and action = 'api_key.revoked'`;
    expect(entries).toHaveLength(1);
  });

  it("dies at its end", async () => {
    const { value } = await create({ expires_at: new Date(Date.now() + 3_600_000).toISOString() });
    expect(await holderOf(value.key)).not.toBeNull();
    await inspect()`update api_keys set expires_at = clock_timestamp() where id = ${String(value.key_id)}`;
    expect(await holderOf(value.key)).toBeNull();
    expect((await send(owner, `GET ${PATH}/${value.key_id}`)).value.entity).toMatchObject({ status: "expired" });
  });

  it("only reads in a suspended tenant and is nobody in a closed one", async () => {
    await inspect()`update tenants set status = 'suspended' where id = ${tenant.tenantId}`;
    const held = [...((await holderOf(tenant.key))?.permissions ?? [])];
    expect(held).toContain("runs:read");
    expect(held).not.toContain("runs:write");
    await inspect()`update tenants set status = 'closed' where id = ${tenant.tenantId}`;
    expect(await holderOf(tenant.key)).toBeNull();
  });

  it("loses a scope that keys may no longer have", async () => {
    const { value } = await create();
    await inspect()`update api_keys set scopes = '{runs:read,policies:approve}' where id = ${String(value.key_id)}`;
    expect([...((await holderOf(value.key))?.permissions ?? [])]).toEqual(["runs:read"]);
  });

  it("is no key when it only looks like one, and then no cookie stands in for it", async () => {
    const near = `${tenant.key.slice(0, -1)}${tenant.key.endsWith("A") ? "B" : "A"}`;
    for (const value of [
      near,
      tenant.key.toUpperCase(),
      tenant.key.slice(8),
      "hp_live_",
      "hp_live_x y",
      "x".repeat(10_000),
    ]) {
      expect(await holderOf(value)).toBeNull();
    }
    expect(parseApiKey(null)).toBeNull();
    expect(parseApiKey("Basic abc")).toBeNull();
    expect(await findKey(Buffer.alloc(32))).toBeNull();
  });

  it("shows when it was last used, at most once a minute, and never waits for a lock to do so", async () => {
    const { value } = await create();
    await inspect().begin(async (sql) => {
      await sql`select from api_keys where id = ${String(value.key_id)} for no key update`;
      expect(await holderOf(value.key)).not.toBeNull();
    });
    const other = await create();
    await holderOf(other.value.key);
    await expect
      .poll(
        async () => (await inspect()`select last_used_at from api_keys where id = ${String(other.value.key_id)}`)[0],
      )
      .toMatchObject({ last_used_at: expect.any(Date) });
  });
});

describe("rotation", () => {
  it("makes a successor; the old key works on for the grace time and not longer", async () => {
    const { value: old } = await create({ agent_ids: ["invoice-bot"] });
    const { status, value: next } = await send(owner, `POST ${PATH}/${old.key_id}/rotate`, {
      body: { grace_seconds: 60 },
    });
    expect(status).toBe(200);
    expect(next).toMatchObject({
      name: old.name,
      scopes: old.scopes,
      agent_ids: old.agent_ids,
      lineage_id: old.key_id,
    });
    expect(next.key).not.toBe(old.key);
    expect(await holderOf(old.key)).not.toBeNull();
    expect(await holderOf(next.key)).toMatchObject({ keyId: next.key_id, agentIds: ["invoice-bot"] });
    const seen = await send(owner, `GET ${PATH}/${old.key_id}`);
    expect(seen.value).toMatchObject({
      entity: { status: "active", replaced_by: next.key_id },
      actions: [
        { action: "rotate", enabled: false, reason: expect.stringMatching(/rotated already/) },
        { action: "revoke", enabled: true, reason: null },
      ],
    });
    await inspect()`update api_keys set expires_at = expires_at - interval '60 seconds' where id = ${String(old.key_id)}`;
    expect(await holderOf(old.key)).toBeNull();
    expect(await holderOf(next.key)).not.toBeNull();
  });

  it("ends the old key at once without grace, and never later than it would have ended", async () => {
    const { value: old } = await create();
    await send(owner, `POST ${PATH}/${old.key_id}/rotate`);
    expect(await holderOf(old.key)).toBeNull();
    const end = new Date(Date.now() + 30_000).toISOString();
    const { value: short } = await create({ expires_at: end });
    const { value: next } = await send(owner, `POST ${PATH}/${short.key_id}/rotate`, {
      body: { grace_seconds: 86_400 },
    });
    expect(next.expires_at).toBe(end);
    expect((await send(owner, `GET ${PATH}/${short.key_id}`)).value.entity).toMatchObject({ expires_at: end });
  });

  it("happens once of eight at once", async () => {
    const { value } = await create();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => send(owner, `POST ${PATH}/${value.key_id}/rotate`, { body: {} })),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409, 409, 409, 409, 409, 409, 409]);
    const line = await inspect()`select from api_keys where lineage_id = ${String(value.key_id)}`;
    expect(line).toHaveLength(2);
  });

  it("writes both keys into the audit, before and after", async () => {
    const { value: old } = await create();
    const { value: next } = await send(owner, `POST ${PATH}/${old.key_id}/rotate`, { body: { grace_seconds: 5 } });
    const entries = await inspect()`
      select entity_id, "before", "after", detail from audit_logs
      where tenant_id = ${tenant.tenantId} and action = 'api_key.rotated' order by id`;
    expect(entries).toMatchObject([
      {
        entity_id: old.key_id,
        before: { replaced_by: null },
        after: { replaced_by: next.key_id },
        detail: { grace_seconds: 5 },
      },
      { entity_id: next.key_id, before: null, detail: { replaces: old.key_id } },
    ]);
  });

  it.each([-1, 86_401, 1.5, "60"])("refuses a grace of %s", async (grace_seconds) => {
    const { value } = await create();
    const answer = await send(owner, `POST ${PATH}/${value.key_id}/rotate`, { body: { grace_seconds } });
    expect(answer).toMatchObject({ status: 422, value: { errors: [{ pointer: "#/grace_seconds" }] } });
  });

  it("refuses revoked and frozen keys, and scopes the rotator lacks", async () => {
    const { value } = await create();
    const path = `POST ${PATH}/${value.key_id}/rotate`;
    const few: Principal = { ...tenant.principal, permissions: new Set<Permission>(["keys:manage"]) };
    expect((await send(few, path, { body: {} })).value.type).toMatch(/scope-not-held$/);
    await inspect()`insert into freezes (tenant_id, id, type, target_id, reason, created_by)
      values (${tenant.tenantId}, ${String(value.key_id)}, 'key', ${String(value.key_id)}, 'test', 'user:test')`;
    expect((await send(owner, `GET ${PATH}/${value.key_id}`)).value).toMatchObject({ entity: { frozen: true } });
    expect((await send(owner, path, { body: {} })).value.type).toMatch(/api-key-frozen$/);
    await inspect()`update freezes set lifted_at = clock_timestamp() where target_id = ${String(value.key_id)}`;
    await send(owner, `DELETE ${PATH}/${value.key_id}`);
    expect((await send(owner, path, { body: {} })).value.type).toMatch(/api-key-not-active$/);
  });
});

describe("the list", () => {
  it("pages, filters by status and sorts", async () => {
    const names = ["a", "b", "c"];
    const made = [];
    for (const name of names) made.push((await create({ name })).value);
    await send(owner, `DELETE ${PATH}/${made[1]?.key_id}`);
    await inspect()`update api_keys set expires_at = clock_timestamp() where id = ${String(made[2]?.key_id)}`;
    const namesOf = async (query: string) => {
      const { value } = await send(owner, `GET ${PATH}?${query}`);
      return (value.items as { name: string }[]).map((item) => item.name);
    };
    expect(await namesOf("sort=name")).toEqual(["a", "b", "c", "test"]);
    expect(await namesOf("status=revoked")).toEqual(["b"]);
    expect(await namesOf("status=expired")).toEqual(["c"]);
    expect(await namesOf("status=active&sort=-name")).toEqual(["test", "a"]);
    const page = await send(owner, `GET ${PATH}?sort=name&page_size=3`);
    expect(page.value.pagination).toMatchObject({ total: 4, page: 1, page_size: 3 });
    const cursor = (page.value.pagination as { next_cursor: string }).next_cursor;
    expect(await namesOf(`sort=name&page_size=3&cursor=${encodeURIComponent(cursor)}`)).toEqual(["test"]);
  });
});

describe("who may", () => {
  const expected: Record<string, readonly string[]> = {
    [`GET ${PATH}`]: ["owner", "admin", "auditor"],
    [`GET ${PATH}/{id}`]: ["owner", "admin", "auditor"],
    [`POST ${PATH}`]: ["owner", "admin"],
    [`POST ${PATH}/{id}/rotate`]: ["owner", "admin"],
    [`DELETE ${PATH}/{id}`]: ["owner", "admin"],
  };

  it.each(roles)("%s", async (role) => {
    const principal: Principal = { ...tenant.principal, role, permissions: rolePermissions[role] };
    for (const [line, allowed] of Object.entries(expected)) {
      const { value } = await create();
      const body = line === `POST ${PATH}` ? wanted : {};
      const sent = line.startsWith("GET") ? {} : { body };
      const { status } = await send(principal, line.replace("{id}", String(value.key_id)), sent);
      expect([line, status < 300 ? "done" : status]).toEqual([line, allowed.includes(role) ? "done" : 403]);
    }
  });

  it("no key, whatever its scopes, and nobody without credentials", async () => {
    const { value } = await create({ scopes: keyScopes });
    for (const line of Object.keys(expected)) {
      const sent = line.startsWith("GET") ? {} : { body: line === `POST ${PATH}` ? wanted : {} };
      const path = line.replace("{id}", tenant.keyId);
      expect((await send(null, path, { ...sent, headers: bearer(value.key) })).status).toBe(403);
      expect((await send(null, path, sent)).status).toBe(401);
    }
  });

  it("never another tenant: its keys are as absent as those that do not exist", async () => {
    const other = await mintTenant();
    const absent = "01890000-0000-7000-8000-000000000000";
    const same = (text: string) => text.replace(/"(request_id|instance)":"[^"]*"/g, "");
    for (const line of [`GET ${PATH}/{id}`, `POST ${PATH}/{id}/rotate`, `DELETE ${PATH}/{id}`]) {
      const sent = line.startsWith("GET") ? {} : { body: {} };
      const foreign = await send(other.principal, line.replace("{id}", tenant.keyId), sent);
      const nothing = await send(other.principal, line.replace("{id}", absent), sent);
      expect(foreign.status).toBe(404);
      expect(same(foreign.text)).toBe(same(nothing.text));
    }
    const { value } = await send(other.principal, `GET ${PATH}`);
    expect((value.items as { key_id: string }[]).map((item) => item.key_id)).toEqual([other.keyId]);
    expect(await holderOf(tenant.key)).not.toBeNull();
  });
});
