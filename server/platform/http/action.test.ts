import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type Principal, rolePermissions } from "@/server/platform/auth/principal";
import { actionOn } from "@/server/platform/http/action";
import { endpoint, Uuid } from "@/server/platform/http/contract";
import type { Services } from "@/server/platform/http/dispatch";
import { handle } from "@/server/platform/http/handle";
import { registryOf } from "@/server/platform/http/registry";

const id = "0197a000-0000-7000-8000-000000000001";
const change = endpoint({
  id: "things.change",
  method: "PUT",
  path: "/api/v1/things/{thing_id}",
  permission: "policies:manage",
  audit: "thing.changed",
  transaction: "own",
  params: z.object({ thing_id: Uuid }),
  body: z.object({
    name: z.string(),
    threshold: z.number().optional(),
    note: z.string().nullable().optional(),
    active: z.boolean().default(false),
    scope: z.strictObject({ type: z.string(), ids: z.array(z.string()).default([]) }).optional(),
  }),
  returns: z.object({ thing_id: z.string(), body: z.unknown(), key: z.string().nullable() }),
});
const registry = registryOf([handle(change, (cx, { params, body }) => ({ ...params, body, key: cx.idempotencyKey }))]);
const owner: Principal = {
  kind: "user",
  tenantId: id,
  userId: id,
  sessionId: id,
  role: "owner",
  permissions: rolePermissions.owner,
};
const services: Services = {
  resolvePrincipal: async (request) => (request.headers.get("cookie") === "session=owner" ? owner : null),
  takeRate: () => {},
};

function submit(fields: [string, string | Blob][], cookie = "session=owner") {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  return actionOn(registry, services, async () => cookie)(change)(null, form);
}

describe("a server action", () => {
  it("is the contract, filled in from a form", async () => {
    const state = await submit([
      ["$ACTION_ID_x", ""],
      ["thing_id", id],
      ["name", "Token limit"],
      ["threshold", "10000"],
      ["note", ""],
      ["active", "on"],
      ["scope.type", "agent"],
      ["scope.ids", "a"],
      ["scope.ids", "b"],
      ["idempotency_key", "form-1"],
    ]);
    const body = { name: "Token limit", threshold: 10_000, active: true, scope: { type: "agent", ids: ["a", "b"] } };
    expect(state).toEqual({ ok: true, value: { thing_id: id, body, key: "form-1" } });
  });

  it("names the wrong fields", async () => {
    const state = await submit([
      ["thing_id", id],
      ["name", new Blob(["x"])],
      ["threshold", "many"],
      ["other", "x"],
      ["__proto__.admin", "true"],
    ]);
    const pointers = state.ok ? [] : state.problem.errors?.map(({ pointer }) => pointer);
    expect(pointers).toEqual(["#/name", "#/threshold", "#/other", "#/__proto__"]);
  });

  it("knows nobody without the session cookie", async () => {
    const state = await submit([["thing_id", id]], "");
    expect(state).toMatchObject({ ok: false, problem: { status: 401 } });
  });

  it("answers 404 for an id that is none", async () => {
    expect(await submit([["thing_id", "../x"]])).toMatchObject({ ok: false, problem: { status: 404 } });
  });
});
