import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seedDemo } from "@/db/seed/demo";
import { demoId, findDemoTenant } from "@/db/seed/demo-tenant";
import { storyRunId } from "@/db/seed/story";
import { verifyRunById } from "@/server/activity/verify-run";
import { mintApiKey } from "@/server/platform/auth/api-key";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { closePools } from "@/server/platform/db/client";
import { asTenant } from "@/server/platform/db/tenant-db";
import { inspect } from "@/server/platform/db/testing/test-database";
import { signCheckpoint } from "@/server/transparency/sequencer";
import { verifyRunInLog } from "@/server/transparency/verify-in-log";

const access = { email: "demo@holdpoint.local", password: "a-password-of-the-demo", key: mintApiKey() };

async function tenant() {
  const found = await findDemoTenant();
  if (found === null || found === "other") throw new Error("there is no demo tenant");
  return found;
}

/** One number, by a superuser. */
async function number(text: string): Promise<number> {
  const [row] = await inspect().unsafe<{ n: number }[]>(`select (${text})::int as n`);
  return row?.n ?? Number.NaN;
}

const everything = () =>
  inspect()`
    select (select count(*)::int from runs) as runs, (select count(*)::int from trace_records) as records,
      (select count(*)::int from incidents) as incidents, (select count(*)::int from incident_events) as events,
      (select count(*)::int from audit_logs) as audits, (select count(*)::int from cost_records) as costs,
      (select count(*)::int from policy_enforcements) as enforcements, (select count(*)::int from outbox) as news,
      (select count(*)::int from policy_rules) as rules, (select count(*)::int from policy_versions) as versions,
      (select count(*)::int from tenants) as tenants`;

afterAll(() => closePools());

describe("the demo tenant", () => {
  let seconds = 0;

  beforeAll(async () => {
    const began = Date.now();
    expect(await seedDemo(() => access)).toBe(true);
    seconds = (Date.now() - began) / 1_000;
  });

  test("is made in seconds", () => {
    expect(seconds).toBeLessThan(60);
  });

  test("tells the story of §6.1: stopped at step 3, one high incident, 450 cents, every link in place", async () => {
    const [row] = await inspect()`
      select r.status, r.termination_reason, r.stopped_at_step, r.input_tokens, r.output_tokens, r.cost_units, r.synthetic, r.model,
        i.severity, i.type, i.status as incident_status, i.threshold_value, i.actual_value, p.name, p.threshold::float8 as threshold,
        t.violation_step_index, t.incident_id = i.id as trace_names_incident, t.violation_policy_id = p.id as trace_names_policy,
        t.seal_hash is not null as is_sealed,
        (select sum(c.cost_units)::int from cost_records c where c.run_id = r.run_id) as attributed,
        extract(epoch from i.created_at - r.started_at) as seconds
      from runs r join incidents i on i.source_run_id = r.run_id join policy_rules p on p.id = i.policy_id
      join traces t on t.run_id = r.run_id where r.run_id = ${storyRunId(await tenant())}`;
    expect(row).toMatchObject({
      status: "failed_policy",
      termination_reason: "policy_block",
      stopped_at_step: 3,
      input_tokens: "5000",
      output_tokens: "10000",
      cost_units: "4500000",
      synthetic: false,
      model: "claude-sonnet-4",
      severity: "high",
      type: "token_limit_exceeded",
      incident_status: "active",
      threshold_value: "10000",
      actual_value: "15000",
      name: "Token Limit Policy",
      threshold: 10_000,
      violation_step_index: 3,
      trace_names_incident: true,
      trace_names_policy: true,
      is_sealed: true,
      attributed: 4_500_000,
    });
    expect(Number(row?.seconds)).toBeLessThan(60);
  });

  test("has the clean sibling, and a payment that waits for release", async () => {
    const { madeAt, tenantId } = await tenant();
    const ids = ["sibling", "waiting"].map((name) => demoId({ tenantId, madeAt }, name));
    const rows = await inspect()`
      select status, (input_tokens + output_tokens)::int as tokens, cost_units::int as cost from runs
      where run_id = any(${ids}) order by status`;
    expect(rows).toMatchObject([
      { status: "paused", tokens: 350 },
      { status: "succeeded", tokens: 8_000, cost: 1_500_000 },
    ]);
  });

  test("has history of every kind", async () => {
    const rows = await inspect()<{ how: string; n: number }[]>`
      select concat_ws('/', status, termination_reason, end_note) as how, count(*)::int as n
      from runs where synthetic group by 1 order by 1`;
    expect(Object.fromEntries(rows.map(({ how, n }) => [how, n]))).toEqual({
      "cancelled/user_abort": 5,
      "failed/system_failure": 7,
      "failed/timeout/idle": 2,
      "failed_policy/policy_block": 5,
      "failed_policy/policy_block/denied": 1,
      paused: 1,
      "succeeded/completed": 64,
    });
    const actions = await inspect()<{ action: string; n: number }[]>`
      select action, count(*)::int as n from policy_enforcements group by 1`;
    const byAction = Object.fromEntries(actions.map(({ action, n }) => [action, n]));
    expect(byAction).toMatchObject({ refused: 3, paused: 6, stopped: 7 });
    expect(byAction.would_stop ?? 0).toBeGreaterThan(3);
    expect(await number("select count(*) from threshold_signals where signal_type = 'near'")).toBeGreaterThan(5);
  });

  test("has a medium incident that was resolved by raising the threshold", async () => {
    const [row] = await inspect()`
      select i.severity, i.status, i.threshold_value, i.actual_value, p.threshold::int as threshold, p.version::int as version,
        i.resolved_at > p.updated_at and p.updated_at > i.created_at as in_order
      from incidents i join policy_rules p on p.id = i.policy_id where p.name = 'Cost Cap'`;
    expect(row).toEqual({
      severity: "medium",
      status: "resolved",
      threshold_value: "950",
      actual_value: "1000",
      threshold: 1_000,
      version: 2,
      in_order: true,
    });
  });

  test("keeps the order of time: nothing lies ahead, nothing ends before it began, every due time after its opening", async () => {
    const never = {
      "a run with a time out of order": `from runs where started_at > last_at or completed_at < started_at or last_at > clock_timestamp()`,
      "a live run that is long overdue": `from runs where completed_at is null and due_at < clock_timestamp()`,
      "a record before the one before it": `from trace_records a join trace_records b
        on b.run_id = a.run_id and b.seq = a.seq + 1 where b.recorded_at < a.recorded_at`,
      "a synthetic run outside its slot": `from runs where synthetic and completed_at is not null and completed_at - started_at > interval '1 hour'`,
      "an incident with a time out of order": `from incidents where sla_due_at <= created_at or acknowledged_at < created_at
        or resolved_at < acknowledged_at or updated_at > clock_timestamp()`,
      "an incident that is older than its run": `from incidents i join runs r on r.run_id = i.source_run_id where i.created_at < r.started_at`,
      "a rule that is younger than what it decided of a real run": `from policy_enforcements e
        join policy_rules p on p.id = e.policy_id join runs r on r.run_id = e.run_id
        where e.recorded_at < p.created_at and not r.synthetic`,
      "a time of history where nothing is synthetic": `from (
          select created_at as at from policy_rules union all select created_at from limits
          union all select started_at from runs where not synthetic
          union all select created_at from incidents where not is_synthetic
          union all select recorded_at from audit_logs where entity_type in ('policy', 'limit', 'tenant', 'api_key')) x
        where at < clock_timestamp() - interval '10 minutes'`,
      "a counter that holds room nobody uses": `from limit_counters where reserved <> 0 or presumed <> 0`,
    };
    for (const [what, rows] of Object.entries(never))
      expect([what, await number(`select count(*) ${rows}`)]).toEqual([what, 0]);
    expect(await number("select count(distinct started_at::date) from runs where synthetic")).toBeGreaterThanOrEqual(
      14,
    );
  });

  test("breaks no link from one domain to another", async () => {
    const never = {
      "an incident without its run": `from incidents i where not exists (select from runs r where r.run_id = i.source_run_id)`,
      "an incident whose trace names another": `from incidents i join traces t on t.run_id = i.source_run_id
        join runs r on r.run_id = t.run_id where r.status = 'failed_policy' and t.incident_id is distinct from i.id`,
      "a stopped run without an incident": `from runs r where status = 'failed_policy' and not exists
        (select from incidents i where i.source_run_id = r.run_id and i.id = r.incident_id)`,
      "an incident of a run that succeeded": `from incidents i join runs r on r.run_id = i.source_run_id
        where r.status = 'succeeded' and i.type <> 'custom_rule_exceeded'`,
      "a run whose cost is not attributed": `from runs r where r.cost_units <>
        coalesce((select sum(c.cost_units) from cost_records c where c.run_id = r.run_id), 0)`,
    };
    for (const [what, rows] of Object.entries(never))
      expect([what, await number(`select count(*) ${rows}`)]).toEqual([what, 0]);
  });

  test("verifies, every run of it", async () => {
    const { tenantId } = await tenant();
    const ids = await inspect()<{ run_id: string; status: string }[]>`select run_id, status from runs`;
    expect(ids.length).toBeGreaterThanOrEqual(80);
    const answers = await asTenant(systemPrincipal(tenantId, "test"), async (db) => {
      const found = [];
      for (const { run_id, status } of ids) found.push({ run_id, status, ...(await verifyRunById(db, run_id)) });
      return found;
    });
    expect(answers.filter((one) => one.verified !== true)).toEqual([]);
    expect(answers.filter((one) => one.sealed !== (one.status !== "paused"))).toEqual([]);
  });

  test("is in the tenant's log, whole: every deed has its leaf, and a checkpoint covers them all", async () => {
    const { tenantId } = await tenant();
    const { size } = await signCheckpoint(tenantId);
    expect(await number("select count(*) from leaf_sources")).toBe(0);
    const [leaves] = await inspect()`
      select count(*)::int as size, count(*) filter (where kind = 'snapshot')::int as snapshots,
        count(*) filter (where kind = 'seal')::int as seals, count(*) filter (where kind = 'addendum')::int as addenda,
        count(*) filter (where kind = 'incident_event')::int as events, count(*) filter (where kind = 'audit')::int as audits
      from log_leaves where tenant_id = ${tenantId}`;
    expect(leaves).toEqual({
      size,
      snapshots: await number("select count(*) from policy_snapshots"),
      seals: await number("select count(*) from traces where seal is not null"),
      addenda: await number("select count(*) from trace_records where kind = 'late'"),
      events: await number("select count(*) from incident_events"),
      audits: await number("select count(*) from audit_logs"),
    });
    expect(size).toBeGreaterThan(300);
    const told = await verifyRunInLog(systemPrincipal(tenantId, "test"), storyRunId(await tenant()));
    expect(told).toMatchObject({ verified: true, checkpoint_size: size });
  });

  test("is left alone by a second start", async () => {
    const before = await everything();
    expect(await seedDemo(() => access)).toBe(false);
    expect(await everything()).toEqual(before);
  });
});
