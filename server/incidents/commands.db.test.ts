import { v7 as uuidv7 } from "uuid";
import { beforeAll, describe, expect, it } from "vitest";
import { call, openStopped, putPolicy, putRun, traces } from "@/server/incidents/testing/world";
import { type Principal, rolePermissions } from "@/server/platform/auth/principal";
import { type MintedTenant, mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect } from "@/server/platform/db/testing/test-database";

let tenant: MintedTenant;
let owner: Principal;

beforeAll(async () => {
  tenant = await mintTenant();
  owner = tenant.principal;
});

async function opened(over = {}): Promise<string> {
  return (await openStopped(owner, over)).incidentId;
}

async function versionOf(incidentId: string): Promise<number> {
  const [row] = await inspect()`select version from incidents where id = ${incidentId}`;
  return row?.version;
}

const solved = { resolution_method: "manual_intervention", resolution_notes: "Raised the limit." };

describe("acknowledge", () => {
  it("says who and when, and writes state, event, audit and outbox together", async () => {
    const id = await opened();
    const { status, body } = await call(owner, `/${id}/acknowledge`, { note: "On it" });
    expect(status).toBe(200);
    expect(body).toMatchObject({ incident_id: id, status: "acknowledged", acknowledged_by: `user:${tenant.userId}` });
    expect(await traces(tenant.tenantId, id)).toEqual({
      events: ["created", "acknowledged"],
      audit: ["incident.created", "incident.acknowledged"],
      outbox: ["incident.created", "incident.acknowledged"],
    });
    const [entry] = await inspect()`
      select before ->> 'status' as before, after ->> 'status' as after, actor_id, request_id, detail
      from audit_logs where entity_id = ${id} and action = 'incident.acknowledged'`;
    expect(entry).toMatchObject({ before: "active", after: "acknowledged", actor_id: tenant.userId });
    expect(entry?.request_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(entry?.detail).toEqual({ events: [{ type: "acknowledged", detail: { note: "On it" } }] });
  });

  it("changes nothing the second time and still names the first", async () => {
    const id = await opened();
    const first = await call(owner, `/${id}/acknowledge`, {});
    const second = await call(tenant.keyPrincipal, `/${id}/acknowledge`, { note: "me too" });
    expect(second.status).toBe(200);
    expect(second.body).toEqual(first.body);
    expect((await traces(tenant.tenantId, id)).events).toEqual(["created", "acknowledged"]);
  });

  it("is one event for 64 at once, and 64 equal answers", async () => {
    const id = await opened();
    const answers = await Promise.all(Array.from({ length: 64 }, () => call(owner, `/${id}/acknowledge`, {})));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await traces(tenant.tenantId, id)).toMatchObject({
      events: ["created", "acknowledged"],
      audit: ["incident.created", "incident.acknowledged"],
    });
    expect(await versionOf(id)).toBe(2);
  });

  it("is refused on a resolved one", async () => {
    const id = await opened();
    await call(owner, `/${id}/resolve`, solved);
    const { status, body } = await call(owner, `/${id}/acknowledge`, {});
    expect(status).toBe(409);
    expect(body).toMatchObject({ incident_id: id, resolved_by: `user:${tenant.userId}` });
    expect(body.type).toMatch(/\/incident-already-closed$/);
  });
});

describe("escalate", () => {
  it("raises the level to 3 and no further, and keeps the newest target", async () => {
    const id = await opened();
    const levels: unknown[] = [];
    for (const target of ["admin", "owner", tenant.userId.toUpperCase(), "auditor"]) {
      const { status, body } = await call(owner, `/${id}/escalate`, { target, reason: "Nobody answers" });
      expect(status).toBe(200);
      levels.push(body.escalation_level);
    }
    expect(levels).toEqual([1, 2, 3, 3]);
    const events = await inspect()`
      select detail from incident_events where incident_id = ${id} and type = 'escalated' order by recorded_at, id`;
    expect(events.map(({ detail }) => detail)).toEqual([
      { target: "role:admin", reason: "Nobody answers", level: 1 },
      { target: "role:owner", reason: "Nobody answers", level: 2 },
      { target: `user:${tenant.userId}`, reason: "Nobody answers", level: 3 },
      { target: "role:auditor", reason: "Nobody answers", level: 3 },
    ]);
  });

  it("keeps the status, and works on acknowledged ones", async () => {
    const id = await opened();
    await call(owner, `/${id}/acknowledge`, {});
    const { body } = await call(owner, `/${id}/escalate`, { target: "admin", reason: "r" });
    expect(body).toMatchObject({ status: "acknowledged", escalation_level: 1 });
  });

  it("raises the severity one step and brings the due time forward", async () => {
    const id = await opened();
    const { body } = await call(owner, `/${id}/escalate`, { target: "owner", reason: "r", raise_severity: true });
    expect(body.severity).toBe("critical");
    expect(Date.parse(String(body.sla_due_at)) - Date.parse(String(body.created_at))).toBe(3_600_000);
    expect(await traces(tenant.tenantId, id)).toMatchObject({
      events: ["created", "escalated", "severity_changed"],
      outbox: ["incident.created", "incident.escalated", "incident.severity_changed"],
    });
    await call(owner, `/${id}/escalate`, { target: "owner", reason: "r", raise_severity: true });
    expect((await traces(tenant.tenantId, id)).events).toEqual([
      "created",
      "escalated",
      "severity_changed",
      "escalated",
    ]);
  });

  it("goes by the tenant's own hours, and never moves the due time later", async () => {
    const own = await mintTenant({ settings: { sla_hours: { critical: 200 } } });
    const { incidentId, facts } = await openStopped(own.principal);
    const order = { target: "owner", reason: "r", raise_severity: true };
    const { body } = await call(own.principal, `/${incidentId}/escalate`, order);
    expect(body).toMatchObject({ severity: "critical" });
    expect(Date.parse(String(body.sla_due_at))).toBe(facts.at.getTime() + 4 * 3_600_000);
  });

  it("refuses a target that is neither a role nor a member now", async () => {
    const id = await opened();
    const stranger = (await mintTenant()).userId;
    const left = uuidv7();
    await inspect()`insert into users (id, name, email) values (${left}, 'left', ${`${left}@example.com`})`;
    await inspect()`
      insert into memberships (tenant_id, id, user_id, role, expires_at)
      values (${tenant.tenantId}, ${uuidv7()}, ${left}, 'auditor', now() - interval '1 second')`;
    for (const target of ["superuser", "Owner", uuidv7(), stranger, left, "toString", "' or 1=1"]) {
      const { status, body } = await call(owner, `/${id}/escalate`, { target, reason: "r" });
      expect(status).toBe(422);
      expect(body.errors).toMatchObject([{ pointer: "#/target", code: "unknown_target" }]);
    }
    expect((await traces(tenant.tenantId, id)).events).toEqual(["created"]);
  });
});

describe("resolve and reopen", () => {
  it("wants notes for high and critical ones only", async () => {
    const high = await opened();
    const refused = await call(owner, `/${high}/resolve`, { resolution_method: "rollback" });
    expect(refused.status).toBe(422);
    expect(refused.body.errors).toMatchObject([{ pointer: "#/resolution_notes", code: "required" }]);
    const medium = await opened({ severity: "medium" });
    const { status, body } = await call(owner, `/${medium}/resolve`, { resolution_method: "rollback" });
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: "resolved", resolution_method: "rollback", resolution_notes: null });
  });

  it("resolves from active and from acknowledged, once", async () => {
    const id = await opened();
    await call(owner, `/${id}/acknowledge`, {});
    const { status, body } = await call(owner, `/${id}/resolve`, solved);
    expect(status).toBe(200);
    expect(body).toMatchObject({ ...solved, status: "resolved", resolved_by: `user:${tenant.userId}` });
    expect(body.acknowledged_at).not.toBeNull();
    expect((await call(owner, `/${id}/resolve`, solved)).status).toBe(409);
    expect((await call(owner, `/${id}/escalate`, { target: "admin", reason: "r" })).status).toBe(409);
  });

  it("has one winner of 16 resolutions at once", async () => {
    const id = await opened();
    const answers = await Promise.all(Array.from({ length: 16 }, () => call(owner, `/${id}/resolve`, solved)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(15).fill(409)]);
    expect((await traces(tenant.tenantId, id)).events).toEqual(["created", "resolved"]);
  });

  it("reopens as active, keeps the due time, and forgets nothing in the timeline", async () => {
    const id = await opened();
    await call(owner, `/${id}/acknowledge`, {});
    const { body: resolved } = await call(owner, `/${id}/resolve`, solved);
    const { status, body } = await call(owner, `/${id}/reopen`, { reason: "It is back" });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: "active",
      acknowledged_at: null,
      acknowledged_by: null,
      resolved_at: null,
      resolved_by: null,
      resolution_method: null,
      resolution_notes: null,
      sla_due_at: resolved.sla_due_at,
    });
    expect((await traces(tenant.tenantId, id)).events).toEqual(["created", "acknowledged", "resolved", "reopened"]);
    expect((await call(owner, `/${id}/acknowledge`, {})).body.status).toBe("acknowledged");
  });

  it("reopens resolved ones only", async () => {
    const id = await opened();
    const { status, body } = await call(owner, `/${id}/reopen`, { reason: "r" });
    expect(status).toBe(409);
    expect(body.type).toMatch(/\/incident-not-closed$/);
    expect(await versionOf(id)).toBe(1);
  });
});

describe("manual incidents", () => {
  it("stand side by side, with run and policy when they are the tenant's", async () => {
    const [run, policyId] = [await putRun(tenant.tenantId), await putPolicy(tenant.tenantId)];
    const order = { title: "Odd invoice", severity: "low", run_id: run.run_id, policy_id: policyId };
    const [one, other] = [await call(owner, "", order), await call(owner, "", order)];
    expect([one.status, other.status]).toEqual([201, 201]);
    expect(one.body.incident_id).not.toBe(other.body.incident_id);
    expect(one.body).toMatchObject({
      tenant_id: tenant.tenantId,
      source_run_id: run.run_id,
      trace_id: run.trace_id,
      policy_id: policyId,
      type: "manual",
      status: "active",
      severity: "low",
      violation: null,
      description: null,
    });
    expect(await traces(tenant.tenantId, String(one.body.incident_id))).toEqual({
      events: ["created"],
      audit: ["incident.created"],
      outbox: ["incident.created"],
    });
    const [audited] = await inspect()`
      select request_id from audit_logs where entity_id = ${String(one.body.incident_id)}`;
    expect(audited?.request_id).toBe(one.headers.get("x-request-id"));
  });

  it("is one for one Idempotency-Key", async () => {
    const order = { title: "Once", severity: "low" };
    const key = { "idempotency-key": uuidv7() };
    const answers = await Promise.all(Array.from({ length: 8 }, () => call(owner, "", order, key)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  it("points at every id that is not the tenant's, another tenant's too", async () => {
    const other = await mintTenant();
    const ids = { run_id: (await putRun(other.tenantId)).run_id, policy_id: await putPolicy(other.tenantId) };
    for (const strange of [ids, { run_id: uuidv7(), policy_id: uuidv7() }]) {
      const { status, body } = await call(owner, "", { title: "t", severity: "low", ...strange });
      expect(status).toBe(422);
      expect(body.errors).toMatchObject([{ pointer: "#/run_id" }, { pointer: "#/policy_id" }]);
    }
  });
});

it("takes nobody's word for who acts", async () => {
  const id = await opened();
  const forged = { acknowledged_by: "user:somebody", actor_id: "somebody", role: "owner" };
  const { status, body } = await call(owner, `/${id}/acknowledge`, forged);
  expect(status).toBe(422);
  expect(body.errors).toMatchObject([{ code: "unknown_field" }, { code: "unknown_field" }, { code: "unknown_field" }]);
  const byKey = await call(tenant.keyPrincipal, `/${id}/acknowledge`, {});
  expect(byKey.body.acknowledged_by).toBe(`key:${tenant.keyId}`);
});

it.each([
  ["/acknowledge", { note: " " }, "#/note"],
  ["/acknowledge", { note: "x".repeat(2_001) }, "#/note"],
  ["/escalate", { reason: "r" }, "#/target"],
  ["/escalate", { target: "admin" }, "#/reason"],
  ["/escalate", { target: "admin", reason: "r", raise_severity: "yes" }, "#/raise_severity"],
  ["/resolve", { resolution_notes: "n" }, "#/resolution_method"],
  ["/resolve", { resolution_method: "magic" }, "#/resolution_method"],
  ["/reopen", {}, "#/reason"],
  ["/comments", { content: "" }, "#/content"],
  ["/comments", { content: "x".repeat(4_001) }, "#/content"],
])("refuses %s with a pointer (%#)", async (path, body, pointer) => {
  const answer = await call(owner, `/${await opened()}${path}`, body);
  expect(answer.status).toBe(422);
  expect(answer.body.errors).toMatchObject([{ pointer }]);
});

it("keeps hostile comments verbatim, in order, on any state", async () => {
  const id = await opened();
  const hostile = [
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "'; drop table incidents; --",
    "=HYPERLINK(\"http://evil\")\r\n\t{{constructor.constructor('return 1')()}} #{7*7} {{7*7}}",
    "‮gnirts desrever 👩‍👩‍👧 \u0007 \\u0000 Ünïcödé",
    " leading and trailing ",
    "x".repeat(4_000),
  ];
  for (const content of hostile) expect((await call(owner, `/${id}/comments`, { content })).status).toBe(201);
  await call(owner, `/${id}/resolve`, solved);
  const last = await call(tenant.keyPrincipal, `/${id}/comments`, { content: "after the end" });
  expect(last.body).toMatchObject({ incident_id: id, author: { actor_type: "key", actor_id: tenant.keyId } });
  const { body } = await call(owner, `/${id}/comments?page_size=100`);
  expect(body.items).toMatchObject([...hostile, "after the end"].map((content) => ({ content })));
  expect(await versionOf(id)).toBe(2);
  expect((await traces(tenant.tenantId, id)).audit.filter((action) => action === "incident.commented")).toHaveLength(7);
});

it("lets respond whom operations.tsv lets respond, and everybody read", async () => {
  const id = await opened();
  const writes = ["", `/${id}/acknowledge`, `/${id}/escalate`, `/${id}/resolve`, `/${id}/reopen`, `/${id}/comments`];
  const reads = ["", "/active", "/resolved", `/${id}`, `/${id}/timeline`, `/${id}/related`, `/${id}/comments`];
  for (const role of ["owner", "admin", "member", "viewer", "auditor"] as const) {
    const viewer = { ...tenant.principal, role, permissions: rolePermissions[role] };
    const mayRespond = role !== "viewer" && role !== "auditor";
    for (const path of writes) {
      const { status, body } = await call(viewer, path, { nonsense: true });
      expect([role, path, status]).toEqual([role, path, mayRespond ? 422 : 403]);
      if (!mayRespond) expect(body.permission).toBe("incidents:respond");
    }
    for (const path of reads) expect((await call(viewer, path)).status).toBe(200);
    const { actions } = (await call(viewer, `/${id}`)).body as { actions: { enabled: boolean }[] };
    expect(actions.some(({ enabled }) => enabled)).toBe(mayRespond);
  }
  const readingKey = { ...tenant.keyPrincipal, permissions: new Set(["incidents:read"] as const) };
  expect((await call(readingKey, `/${id}`)).status).toBe(200);
  expect((await call(readingKey, `/${id}/acknowledge`, {})).status).toBe(403);
});
