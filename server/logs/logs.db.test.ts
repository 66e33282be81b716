import { v7 as uuidv7 } from "uuid";
import { beforeAll, describe, expect, it } from "vitest";
import {
  ended,
  get,
  page,
  putAudit,
  putPolicy,
  putRuns,
  putTenant,
  putWritten,
  runRow,
  viewer,
  walk,
} from "@/server/activity/testing/world";
import { exampleRun } from "@/server/evidence/testing/example-run";
import { TENANT } from "@/server/evidence/testing/run-writer";
import { openIncident } from "@/server/incidents/open";
import { keyScopes } from "@/server/platform/auth/principal";
import { asTenant } from "@/server/platform/db/tenant-db";
import { inspect } from "@/server/platform/db/testing/test-database";
import { defaultGateSettings } from "@/server/policies/settings";
import { sequenceNow } from "@/server/transparency/sequencer";
import { checkIntegrity } from "./audit-integrity";

const start = new Date("2026-03-01T12:00:00.000Z");
const at = (ms: number) => new Date(start.getTime() + ms);

/** What a superuser can do to an append-only table, and what must be found. */
async function tamper(statement: string): Promise<void> {
  await inspect().begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql.unsafe(statement);
  });
}

describe("GET /logs/llm-runs", () => {
  const me = viewer(uuidv7());
  const rows = {
    good: runRow({ startedAt: at(0), provider: "openai", model: "gpt", ...ended("succeeded", at(1_000)) }),
    aborted: runRow({ startedAt: at(10), ...ended("cancelled", at(500)) }),
    late: runRow({ startedAt: at(20), ...ended("failed", at(900)), terminationReason: "timeout" }),
    stopped: runRow({ startedAt: at(30), synthetic: true, ...ended("failed_policy", at(100)) }),
    live: runRow({ startedAt: at(40) }),
  };

  beforeAll(async () => {
    await putTenant(me.tenantId);
    await putRuns(me.tenantId, Object.values(rows));
  });

  it("has a record of every run that is over", async () => {
    const { items, pagination } = await page(me, "/logs/llm-runs");
    expect(pagination.total).toBe(4);
    expect(items.map((item) => item.execution_status)).toEqual(["FAILED", "TIMEOUT", "ABORTED", "SUCCEEDED"]);
    expect(items[3]).toMatchObject({
      ...{ log_id: rows.good.runId, topic: "llm_runs", duration_ms: 1_000, prompt_commit: null, response_commit: null },
      evidence: {
        immutable: true,
        source_domain: "ACTIVITY",
        timezone: "UTC",
        origin: null,
        trace_id: rows.good.traceId,
      },
    });
  });

  it.each([
    ["execution_status=TIMEOUT", ["late"]],
    ["execution_status=FAILED,ABORTED", ["stopped", "aborted"]],
    ["execution_status=SUCCEEDED", ["good"]],
    ["synthetic=true", ["stopped"]],
    ["provider=openai&model=gpt", ["good"]],
    ["created_after=2026-03-01T12:00:00.010Z&created_before=2026-03-01T12:00:00.030Z", ["late"]],
    ["sort=-completed_at&page_size=1", ["good"]],
  ])("filters: %s", async (query, expected) => {
    const { items } = await page(me, `/logs/llm-runs?${query}`);
    expect(items.map((item) => item.run_id)).toEqual(expected.map((name) => rows[name as keyof typeof rows].runId));
  });

  it("filters by run and pages by cursor", async () => {
    expect((await page(me, `/logs/llm-runs?run_id=${rows.late.runId}`)).items).toHaveLength(1);
    expect(new Set((await walk(me, "/logs/llm-runs?page_size=1")).map((item) => item.log_id)).size).toBe(4);
  });

  it("answers one by id, and nothing for a run that lives", async () => {
    const { body } = await get(me, `/logs/${rows.good.runId}`);
    expect(body).toMatchObject({ entity: { topic: "llm_runs", execution_status: "SUCCEEDED" }, actions: [] });
    expect((await get(me, `/logs/${rows.live.runId}`)).status).toBe(404);
    expect((await get(viewer(await putTenant()), `/logs/${rows.good.runId}`)).status).toBe(404);
  });

  it("names the seal, the incidents and the policy of the brief's story", async () => {
    const { rows: written } = exampleRun();
    const auditor = viewer(TENANT, "auditor");
    await putTenant(TENANT);
    await putWritten(written);
    const { body } = await get(auditor, `/logs/${written.run.runId}`);
    expect(body.entity).toMatchObject({
      seal_hash: `sha256:${Buffer.from(written.trace.sealHash ?? []).toString("hex")}`,
      evidence: {
        ...{ human_actor_id: "u-17", origin: "HUMAN", incident_ids: [written.run.incidentId] },
        policy_ids: [written.trace.violationPolicyId],
      },
    });
  });
});

describe("GET /logs/audit", () => {
  const auditor = viewer(uuidv7(), "auditor");
  const ids: string[] = [];

  beforeAll(async () => {
    await putTenant(auditor.tenantId);
    const key = {
      kind: "key",
      tenantId: auditor.tenantId,
      keyId: "k-1",
      agentIds: null,
      permissions: new Set(keyScopes),
    } as const;
    const entry = { action: "api_key.created", entity_type: "api_key", entity_id: "k-2" };
    ids.push(...(await putAudit(auditor, [{ ...entry, after: { name: "ci", scopes: [] } }], at(0))));
    ids.push(
      ...(await putAudit(
        key,
        [{ action: "run.cancelled", entity_type: "run", entity_id: "r-1", run_id: uuidv7() }],
        at(1),
      )),
    );
    ids.push(...(await putAudit(auditor, [{ ...entry, action: "api_key.revoked", before: { name: "ci" } }], at(2))));
  });

  it("lists deeds with before, after and hash, newest first", async () => {
    const { items } = await page(auditor, "/logs/audit");
    expect(items.map((item) => item.log_id)).toEqual(ids.toReversed());
    expect(items[2]).toMatchObject({
      ...{
        action: "api_key.created",
        after: { name: "ci" },
        before: null,
        entry_hash: expect.stringMatching(/^sha256:/),
      },
      evidence: {
        origin: "HUMAN",
        correlation_id: "req-1",
        checksum: items[2]?.entry_hash,
        source_component: "api_key",
      },
    });
  });

  it.each([
    ["action=api_key.created", [0]],
    ["action=api_key.created,run.cancelled", [1, 0]],
    ["entity_type=run&entity_id=r-1", [1]],
    ["actor_type=key&actor_id=k-1", [1]],
    ["recorded_after=2026-03-01T12:00:00.000Z", [2, 1]],
    ["recorded_before=2026-03-01T12:00:00.001Z", [0]],
    ["sort=recorded_at&page_size=2", [0, 1]],
  ])("filters: %s", async (query, expected) => {
    const { items } = await page(auditor, `/logs/audit?${query}`);
    expect(items.map((item) => item.log_id)).toEqual(expected.map((at) => ids[at]));
  });

  it("answers one by id to those who may read it, and to others as if there were none", async () => {
    expect((await get(auditor, `/logs/${ids[0]}`)).body).toMatchObject({ entity: { topic: "audit" } });
    expect((await get(viewer(auditor.tenantId, "member"), `/logs/${ids[0]}`)).status).toBe(404);
    expect((await get(viewer(auditor.tenantId, "member"), "/logs/audit")).status).toBe(403);
    expect((await get(viewer(await putTenant(), "auditor"), `/logs/${ids[0]}`)).status).toBe(404);
  });
});

describe("GET /logs/audit/integrity", () => {
  /** A tenant whose log tells of a key and of an incident. */
  async function tenantWithLog() {
    const me = viewer(await putTenant(), "auditor");
    const entry = { action: "api_key.created", entity_type: "api_key", entity_id: "k", after: { version: 1 } };
    const ids = await putAudit(me, [entry, entry, entry], at(0));
    const { incident_id } = await asTenant(me, (db) =>
      openIncident(db, {
        ...{ run: null, source: "system", type: "integrity_failure", severity: "high", title: "A fault", at: at(5) },
        sla_hours: defaultGateSettings.sla_hours,
      }),
    );
    await sequenceNow(me.tenantId);
    const check = async (query = "") => (await get(me, `/logs/audit/integrity${query}`)).body;
    return { me, ids, incident_id, check };
  }

  it("says verified when all of it holds", async () => {
    const { check } = await tenantWithLog();
    expect(await check()).toMatchObject({
      ...{ status: "verified", reason: null, chained: true, complete: true, checked: 4, last_seq: 4 },
      ...{ bad_entries: 0, first_bad: null, pending: 0, unnumbered: 0, clock_rollbacks: 0 },
      entities: { compared: 1, changed: 0, unaudited: 0, not_compared: ["api_key"] },
      log: { size: 5, checked: 5, complete: true, checkpoint_size: 0, halted: null, faults: 0, first_fault: null },
    });
  });

  it("calls what was just written pending, and says partial when it stays without a number", async () => {
    const { me, check } = await tenantWithLog();
    const entry = { action: "session.created", entity_type: "session", entity_id: "s" };
    await putAudit(me, [entry]);
    expect(await check()).toMatchObject({ status: "verified", checked: 5, pending: 1, unnumbered: 0, last_seq: 4 });
    await putAudit(me, [entry], at(9));
    expect(await check()).toMatchObject({
      ...{ status: "partial", reason: expect.stringContaining("waiting for their number") },
      ...{ checked: 6, pending: 1, unnumbered: 1 },
    });
  });

  it("says where the clock went back", async () => {
    const { me, check } = await tenantWithLog();
    const entry = { action: "session.created", entity_type: "session", entity_id: "s" };
    await putAudit(me, [entry], new Date(at(0).getTime() - 61_000));
    await sequenceNow(me.tenantId);
    expect(await check()).toMatchObject({ status: "partial", clock_rollbacks: 1, last_seq: 5 });
  });

  it("says unknown of nothing", async () => {
    const empty = viewer(await putTenant(), "auditor");
    expect((await get(empty, "/logs/audit/integrity")).body).toMatchObject({ status: "unknown", checked: 0 });
  });

  it.each([
    ["an actor", "actor_id = 'nobody'", "hash"],
    ["an after-image", `after = '{"version": 2}'`, "hash"],
    ["a hash", "entry_hash = sha256('x')", "hash"],
    ["a MAC", "mac = sha256('x')", "mac"],
    ["an after-image's hash", "after_hash = sha256('x')", "after_hash"],
  ])("finds %s that a superuser changed", async (_, change, fault) => {
    const { ids, check } = await tenantWithLog();
    await tamper(`update audit_logs set ${change} where id = '${ids[1]}'`);
    const found = { log_id: ids[1], fault, entity_type: "api_key", entity_id: "k" };
    expect(await check()).toMatchObject({ status: "broken", bad_entries: 1, first_bad: found, checked: 4 });
  });

  it("finds an incident's row that was changed past the product", async () => {
    const { incident_id, check } = await tenantWithLog();
    await tamper(`update incidents set severity = 'low' where id = '${incident_id}'`);
    expect(await check()).toMatchObject({
      ...{ status: "broken", bad_entries: 0, entities: { compared: 1, changed: 1 } },
      first_bad: { fault: "entity_changed", entity_type: "incident", entity_id: incident_id },
    });
  });

  it("finds a row that no entry speaks of", async () => {
    const { me, check } = await tenantWithLog();
    const id = await putPolicy(me.tenantId);
    expect(await check()).toMatchObject({
      ...{ status: "broken", entities: { unaudited: 1 } },
      first_bad: { log_id: null, fault: "entity_unaudited", entity_type: "policy", entity_id: id },
    });
  });

  it("takes an entry that names no row at all for what it is", async () => {
    const { me, check } = await tenantWithLog();
    await putAudit(me, [
      { action: "incident.created", entity_type: "incident", entity_id: "no id", after: { version: 1 } },
    ]);
    expect(await check()).toMatchObject({
      status: "broken",
      first_bad: { fault: "entity_changed", entity_id: "no id" },
    });
  });

  it("keeps to its range, and says when one answer is not enough", async () => {
    const { me, ids, check } = await tenantWithLog();
    await tamper(`update audit_logs set actor_id = 'nobody' where id = '${ids[1]}'`);
    expect(await check(`?recorded_after=${at(0).toISOString()}`)).toMatchObject({ status: "verified", checked: 1 });
    const short = await checkIntegrity(me, {}, 1);
    expect(short).toMatchObject({ status: "partial", complete: false, checked: 1, bad_entries: 0 });
    expect(await checkIntegrity(me, {}, 4)).toMatchObject({ complete: true, checked: 4 });
  });

  it("walks more than one page", async () => {
    const { me, check } = await tenantWithLog();
    const entry = { action: "session.created", entity_type: "session", entity_id: "s" };
    await putAudit(
      me,
      Array.from({ length: 2_100 }, () => entry),
      at(1),
    );
    await sequenceNow(me.tenantId);
    expect(await check()).toMatchObject({ status: "verified", checked: 2_104 });
  });

  it("sees its own tenant's entries only", async () => {
    const [one, other] = [await tenantWithLog(), await tenantWithLog()];
    await tamper(`update audit_logs set actor_id = 'nobody' where id = '${other.ids[0]}'`);
    expect(await one.check()).toMatchObject({ status: "verified" });
  });
});
