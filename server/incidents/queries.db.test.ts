import { v7 as uuidv7 } from "uuid";
import { beforeAll, describe, expect, it } from "vitest";
import { Incident, relations } from "@/server/incidents/contract";
import { openIncident } from "@/server/incidents/open";
import { call, openStopped, putPolicy, putRun, stoppedRun } from "@/server/incidents/testing/world";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { asTenant } from "@/server/platform/db/tenant-db";
import { type MintedTenant, mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect } from "@/server/platform/db/testing/test-database";

type Item = Record<string, unknown> & { incident_id: string };
type Page = { items: Item[]; pagination: Record<string, unknown>; filters_applied: object; sort: object };

let tenant: MintedTenant;

beforeAll(async () => {
  tenant = await mintTenant();
});

async function page(of: MintedTenant, path: string): Promise<Page> {
  const { status, body } = await call(of.principal, path);
  expect([path, status]).toEqual([path, 200]);
  return body as Page;
}

const idsOf = (list: Page) => list.items.map(({ incident_id }) => incident_id);
const solved = { resolution_method: "rollback", resolution_notes: "Done." };

describe("lists", () => {
  let world: MintedTenant;
  const ids: string[] = [];
  const severities = ["low", "critical", "medium", "high", "low", "critical"] as const;

  beforeAll(async () => {
    world = await mintTenant();
    for (const [i, severity] of severities.entries()) {
      const at = new Date(Date.UTC(2026, 0, 10 + i));
      const { incidentId } = await openStopped(world.principal, { severity, at, title: `Incident ${i} at 100%_\\` });
      ids.push(incidentId);
    }
    await call(world.principal, `/${ids[1]}/acknowledge`, {});
    await call(world.principal, `/${ids[2]}/resolve`, solved);
    await call(world.principal, `/${ids[3]}/resolve`, solved);
    await call(world.principal, `/${ids[4]}/escalate`, { target: "admin", reason: "r" });
  });

  const picked = (...at: number[]) => at.map((i) => ids[i]);

  it("answers the O2 shape, newest first, with and without a trailing slash", async () => {
    const list = await page(world, "/");
    expect(idsOf(list)).toEqual([...ids].reverse());
    expect({ ...list, items: [] }).toEqual({
      items: [],
      pagination: { total: 6, page: 1, page_size: 20, next_cursor: null },
      filters_applied: {},
      sort: { field: "created_at", direction: "desc" },
    });
    expect(list.items[1]).toMatchObject({ escalated: true, escalated_to: "role:admin", category: "BUDGET_EXCEEDED" });
  });

  it("hard-wires the status of active and resolved", async () => {
    const active = await page(world, "/active");
    expect(idsOf(active)).toEqual(picked(5, 4, 1, 0));
    expect(active.filters_applied).toEqual({ status: ["active", "acknowledged"] });
    const resolved = await page(world, "/resolved");
    expect(idsOf(resolved)).toEqual(picked(3, 2));
    expect(resolved.sort).toEqual({ field: "resolved_at", direction: "desc" });
    expect((await call(world.principal, "/active?status=resolved")).status).toBe(422);
    expect((await call(world.principal, "/resolved?status=active")).status).toBe(422);
  });

  it.each([
    ["severity=critical", [5, 1]],
    ["severity=critical,low", [5, 4, 1, 0]],
    ["severity=critical&severity=medium", [5, 2, 1]],
    ["status=acknowledged", [1]],
    ["escalated=true", [4]],
    ["escalated=false&severity=low", [0]],
    ["synthetic=true", []],
    ["synthetic=false&status=resolved", [3, 2]],
    ["type=token_limit_exceeded&category=BUDGET_EXCEEDED&cause_type=LLM_RUN&severity=high", [3]],
    ["cause_type=HUMAN", []],
    ["agent=invoice-bot&severity=high", [3]],
    ["agent=invoice", []],
    ["created_after=2026-01-14T00:00:00.000Z", [5, 4]],
    ["created_before=2026-01-11T00:00:00Z", [0]],
    ["q=INCIDENT%202", [2]],
    ["q=%25", [5, 4, 3, 2, 1, 0]],
    ["q=t%20_ncident", []],
    ["q=100%25_%5C&severity=high", [3]],
  ] as const)("filters by %s", async (query, expected) => {
    expect(idsOf(await page(world, `?${query}`))).toEqual(picked(...expected));
  });

  it("finds what was resolved in a time, whenever it was opened", async () => {
    const [at] = (await page(world, "/resolved?page_size=1")).items.map(({ resolved_at }) => String(resolved_at));
    const resolved = async (bound: string) => (await page(world, `/resolved?${bound}=${at}`)).items.length;
    expect(await resolved("resolved_after")).toBe(1);
    expect(await resolved("resolved_before")).toBe(1);
    expect((await call(world.principal, `?resolved_after=${at}`)).status).toBe(422);
  });

  it("finds by run and by policy", async () => {
    const { incidentId, run, policyId } = await openStopped(tenant.principal);
    expect(idsOf(await page(tenant, `?run_id=${run.run_id}`))).toEqual([incidentId]);
    expect(idsOf(await page(tenant, `?policy_id=${policyId.toUpperCase()}`))).toEqual([incidentId]);
  });

  it.each(["created_at", "-created_at", "severity", "-severity", "resolved_at", "-resolved_at"])(
    "walks the whole list by cursor and by page in the order of %s, each row once",
    async (sort) => {
      const whole = idsOf(await page(world, `?sort=${sort}`));
      expect(new Set(whole)).toEqual(new Set(ids));
      const byPage = [1, 2, 3].map((n) => page(world, `?sort=${sort}&page_size=2&page=${n}`));
      expect((await Promise.all(byPage)).flatMap(idsOf)).toEqual(whole);
      const byCursor: string[] = [];
      let cursor: unknown = "";
      do {
        const list: Page = await page(world, `?sort=${sort}&page_size=2${cursor ? `&cursor=${cursor}` : ""}`);
        byCursor.push(...idsOf(list));
        cursor = list.pagination.next_cursor;
      } while (cursor);
      expect(byCursor).toEqual(whole);
    },
  );

  it("orders by severity, not by the alphabet", async () => {
    const list = await page(world, "?sort=-severity");
    expect(list.items.map(({ severity }) => severity)).toEqual([
      "critical",
      "critical",
      "high",
      "medium",
      "low",
      "low",
    ]);
  });

  it("refuses filters, sorts and cursors that are none, with a pointer", async () => {
    const forged = Buffer.from('["-created_at","never","x"]').toString("base64url");
    for (const [query, pointer] of [
      ["severity=grave", "?severity"],
      ["created_after=yesterday", "?created_after"],
      ["run_id=1", "?run_id"],
      ["escalated=perhaps", "?escalated"],
      ["sort=title", "?sort"],
      ["page_size=101", "?page_size"],
      ["q=", "?q"],
      ["tenant_id=x", "?tenant_id"],
      ["cursor=forged", "?cursor"],
    ] as const) {
      const { status, body } = await call(world.principal, `?${query}`);
      expect([query, status]).toEqual([query, 422]);
      expect(JSON.stringify(body.errors)).toContain(`"pointer":"${pointer}`);
    }
    expect((await call(world.principal, `?cursor=${forged}`)).status).toBe(422);
  });

  it("lists by policy, 404 for an unknown one, empty for one without incidents", async () => {
    const { incidentId, policyId } = await openStopped(tenant.principal);
    const list = await page(tenant, `/policy/${policyId}`);
    expect(idsOf(list)).toEqual([incidentId]);
    expect(list.filters_applied).toEqual({ policy_id: policyId });
    expect(idsOf(await page(tenant, `/policy/${await putPolicy(tenant.tenantId)}`))).toEqual([]);
    const elsewhere = await putPolicy((await mintTenant()).tenantId);
    for (const unknown of [uuidv7(), elsewhere, "not-an-id"]) {
      expect((await call(tenant.principal, `/policy/${unknown}`)).status).toBe(404);
    }
  });
});

describe("detail", () => {
  it("has exactly the contract's fields, the violation and the actions", async () => {
    const { incidentId, run, policyId, facts } = await openStopped(tenant.principal);
    const { body } = await call(tenant.principal, `/${incidentId}`);
    const { entity, actions } = body as { entity: Incident; actions: object[] };
    expect(Object.keys(entity).join(" ")).toBe(
      "incident_id tenant_id source_run_id trace_id policy_id severity status type title description violation " +
        "escalation_level sla_due_at created_at acknowledged_at acknowledged_by resolved_at resolved_by " +
        "resolution_method resolution_notes",
    );
    expect(entity).toMatchObject({
      tenant_id: tenant.tenantId,
      source_run_id: run.run_id,
      trace_id: run.trace_id,
      policy_id: policyId,
      violation: {
        step_index: 3,
        timestamp: facts.at.toISOString(),
        threshold_value: "10000",
        actual_value: "15000",
        reason: "over",
      },
    });
    expect(actions).toEqual([
      { action: "acknowledge", label: "Acknowledge", enabled: true, reason: null },
      { action: "escalate", label: "Escalate", enabled: true, reason: null },
      { action: "resolve", label: "Resolve", enabled: true, reason: null },
      { action: "reopen", label: "Reopen", enabled: false, reason: "It is not resolved" },
      { action: "comment", label: "Comment", enabled: true, reason: null },
    ]);
  });

  it("answers for another tenant's id exactly as for one that is not there", async () => {
    const { incidentId } = await openStopped(tenant.principal);
    const other = await mintTenant();
    const plain = ({ text, headers }: { text: string; headers: Headers }) =>
      text.replaceAll(headers.get("x-request-id") ?? "", "");
    const order = { target: "owner", reason: "r" };
    for (const [path, body] of [
      ["", undefined],
      ["/timeline", undefined],
      ["/related", undefined],
      ["/comments", undefined],
      ["/comments", { content: "c" }],
      ["/acknowledge", {}],
      ["/escalate", order],
      ["/resolve", solved],
      ["/reopen", { reason: "r" }],
    ] as const) {
      const theirs = await call(other.principal, `/${incidentId}${path}`, body);
      const nobodys = await call(other.principal, `/${uuidv7()}${path}`, body);
      expect([path, theirs.status]).toEqual([path, 404]);
      expect(plain(theirs)).toBe(plain(nobodys));
    }
    expect((await call(other.principal, "/not-an-id")).status).toBe(404);
    expect(idsOf(await page(other, ""))).toEqual([]);
    const [row] = await inspect()`select version from incidents where id = ${incidentId}`;
    expect(row?.version).toBe(1);
  });
});

describe("timeline", () => {
  async function story(
    id: string,
    query = "",
  ): Promise<{ type: string; at: string; detail: Record<string, unknown> }[]> {
    return (await page(tenant, `/${id}/timeline?page_size=100${query}`)).items as never;
  }

  it("merges the run with what was done, in order", async () => {
    const started = new Date(Date.now() - 30_000);
    const run = await putRun(tenant.tenantId, { startedAt: started });
    const stoppedAt = new Date(started.getTime() + 30_000);
    const facts = stoppedRun(run, await putPolicy(tenant.tenantId), stoppedAt);
    const gate = systemPrincipal(tenant.tenantId, "gate");
    const { incident_id: id } = await asTenant(gate, (db) => openIncident(db, facts));
    await call(tenant.principal, `/${id}/acknowledge`, { note: "mine" });
    await call(tenant.principal, `/${id}/comments`, { content: "<b>why</b>" });
    await call(tenant.principal, `/${id}/escalate`, { target: "owner", reason: "r", raise_severity: true });
    await call(tenant.principal, `/${id}/resolve`, solved);
    await call(tenant.principal, `/${id}/reopen`, { reason: "back" });
    const entries = await story(id);
    expect(entries.map(({ type }) => type)).toEqual([
      "run_started",
      "inflection",
      "run_ended",
      "created",
      "acknowledged",
      "commented",
      "escalated",
      "severity_changed",
      "resolved",
      "reopened",
      "sla_due",
    ]);
    expect([...entries.map(({ at }) => at)].sort()).toEqual(entries.map(({ at }) => at));
    const detail = (type: string) => entries.find((entry) => entry.type === type)?.detail;
    expect(detail("inflection")).toMatchObject({ step_index: 3, threshold_value: "10000", actual_value: "15000" });
    expect(detail("run_ended")).toMatchObject({ status: "failed_policy", stopped_at_step: 3 });
    expect(detail("commented")).toEqual({ content: "<b>why</b>" });
    expect(detail("severity_changed")).toMatchObject({ from: "high", to: "critical" });
    expect(detail("sla_due")).toEqual({ severity: "critical", state: "pending" });
    expect(entries[3]).toMatchObject({ actor: { actor_type: "system", actor_id: "gate" } });
    expect(entries[4]).toMatchObject({ actor: { actor_type: "user", actor_id: tenant.userId } });
    expect((await story(id, "&sort=-at")).map(({ type }) => type)).toEqual(entries.map(({ type }) => type).reverse());
  });

  it("tells whether the due time was kept", async () => {
    const late = { at: new Date(Date.now() - 5 * 3_600_000) };
    const state = async (id: string) => (await story(id)).find(({ type }) => type === "sla_due")?.detail.state;
    const overdue = (await openStopped(tenant.principal, late)).incidentId;
    expect(await state(overdue)).toBe("breached");
    await call(tenant.principal, `/${overdue}/resolve`, solved);
    expect(await state(overdue)).toBe("breached");
    const intime = (await openStopped(tenant.principal)).incidentId;
    await call(tenant.principal, `/${intime}/resolve`, solved);
    expect(await state(intime)).toBe("met");
  });

  it("has no run in the story of an incident without one", async () => {
    const { body } = await call(tenant.principal, "", { title: "By hand", severity: "low" });
    const entries = await story(String(body.incident_id));
    expect(entries.map(({ type }) => type)).toEqual(["created", "sla_due"]);
  });

  it("walks by cursor over entries of one instant, each once", async () => {
    const { incidentId } = await openStopped(tenant.principal);
    for (let i = 0; i < 5; i += 1) await call(tenant.principal, `/${incidentId}/comments`, { content: `${i}` });
    for (const sort of ["at", "-at"]) {
      const whole = (await page(tenant, `/${incidentId}/timeline?sort=${sort}`)).items.map((entry) => entry.entry_id);
      const walked: unknown[] = [];
      let cursor: unknown = "";
      do {
        const more = cursor ? `&cursor=${cursor}` : "";
        const part = await page(tenant, `/${incidentId}/timeline?sort=${sort}&page_size=3${more}`);
        walked.push(...part.items.map((entry) => entry.entry_id));
        cursor = part.pagination.next_cursor;
        expect(part.pagination.total).toBe(whole.length);
      } while (cursor);
      expect(walked).toEqual(whole);
      expect(new Set(walked).size).toBe(10);
    }
  });
});

it("finds what is related, best first, with relation and score", async () => {
  const own = await mintTenant();
  const { principal } = own;
  const at = (day: number) => new Date(Date.UTC(2026, 2, day));
  const open = (facts: Parameters<typeof openIncident>[1]) => asTenant(principal, (db) => openIncident(db, facts));
  const [run, policy] = [await putRun(own.tenantId, { agentId: "one" }), await putPolicy(own.tenantId)];
  const facts = stoppedRun(run, policy, at(31));
  const { incident_id: id } = await open(facts);
  const otherPolicy = await putPolicy(own.tenantId);
  const opened = [
    await open({ ...facts, policy_id: otherPolicy, source_id: otherPolicy }),
    await open({ ...stoppedRun(await putRun(own.tenantId, { agentId: "two" }), policy, at(1)) }),
    await open(stoppedRun(await putRun(own.tenantId, { agentId: "one" }), otherPolicy, at(2))),
  ];
  await open(stoppedRun(await putRun(own.tenantId, { agentId: "two" }), otherPolicy, at(31)));
  await open(stoppedRun(await putRun(own.tenantId, { agentId: "one" }), otherPolicy, new Date(Date.UTC(2026, 1, 27))));
  const { items, pagination, sort } = await page(own, `/${id}/related`);
  expect(items).toMatchObject([
    { incident: { incident_id: opened[0]?.incident_id }, relation: "same_run", score: 0.94 },
    { incident: { incident_id: opened[1]?.incident_id }, relation: "same_policy", score: 0.6 },
    { incident: { incident_id: opened[2]?.incident_id }, relation: "same_category_and_agent", score: 0.4 },
  ]);
  expect(items[0]?.relations).toEqual(["same_run", "same_category_and_agent"]);
  expect(relations).toContain(items[0]?.relation);
  expect(pagination.total).toBe(3);
  expect(sort).toEqual({ field: "score", direction: "desc" });
  const first = await page(own, `/${id}/related?page_size=1`);
  const rest = await page(own, `/${id}/related?page_size=5&cursor=${first.pagination.next_cursor}`);
  expect([...first.items, ...rest.items]).toEqual(items);
  const alone = await call(principal, "", { title: "Alone", severity: "low" });
  expect((await page(own, `/${alone.body.incident_id}/related`)).items).toEqual([]);
});

it("answers details as the contract says", async () => {
  const { incidentId } = await openStopped(tenant.principal);
  const { body } = await call(tenant.principal, `/${incidentId}`);
  expect(Incident.strict().safeParse(body.entity).success).toBe(true);
});
