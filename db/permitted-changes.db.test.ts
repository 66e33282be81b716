// What may change of a row that is evidence, and what may not: every permitted and every forbidden change, one by one.
// The app role is held by its grants; whoever else comes (the owner, a superuser) is held by triggers.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runStatuses } from "@/db/vocabulary";
import { numberEvents } from "@/server/events/numbering";
import { inspect } from "@/server/platform/db/testing/test-database";
import { makeWorld, sharedRuns, type World } from "@/server/testing/tenant-world";
import { signCheckpoint } from "@/server/transparency/sequencer";
import { putDeeds } from "@/server/transparency/testing/log-world";
import { another, Changes, columnsOf, DENIED, definitions, RESTRICTED } from "./testing/row-changes";

/** Rows that are there forever, exactly as they were written. */
const appendOnly = [
  ...["audit_chain", "audit_logs", "checkpoints", "cost_records", "events", "export_parts", "export_reviews"],
  ...["incident_comments", "incident_events", "limit_versions", "log_leaves", "log_nodes", "policy_enforcements"],
  ...["policy_sets", "policy_snapshots", "policy_versions", "prevention_records", "price_tables", "threshold_signals"],
  "trace_records",
];
/** A row never changes, and goes when it has been numbered or done. */
const queues = ["job_requests", "leaf_sources", "outbox"];
const neverDeleted = [
  ...["export_bundles", "freezes", "incidents", "limits", "log_states", "policy_rules", "refusals", "runs", "steps"],
  "traces",
];
const [ready, making] = ["EVD-00000000000a", "EVD-00000000000b"];
const bundles = { [ready]: "ready", [making]: "generating" };

let world: World;
let changes: Changes;

beforeAll(async () => {
  world = await makeWorld("canarychanges", "0197d000-0000-7000-8000-000000000001");
  changes = new Changes(world.tenantId);
  await signCheckpoint(world.tenantId);
  await numberEvents();
  await putExport();
  // Something that still waits.
  await putDeeds(world.tenantId, 1);
  await inspect()`
    insert into outbox (tenant_id, id, recorded_at, topic, entity_id, payload)
    values (${world.tenantId}, gen_random_uuid(), clock_timestamp(), 'run.started', 'x', '{}')`;
  await inspect()`
    insert into job_requests (tenant_id, id, job, payload, requested_at)
    values (${world.tenantId}, gen_random_uuid(), 'none', '{}', clock_timestamp())`;
});
afterAll(() => changes.end());

/** A bundle that is ready, one that is being made, a part and a review. */
async function putExport(): Promise<void> {
  const sql = inspect();
  const of = { tenant_id: world.tenantId, incident_id: world.ids.incident_id };
  const asked = { bundle_type: "evidence", format: "json", include_raw_steps: false, requested_by: "user:x" };
  for (const [bundle_id, status] of Object.entries(bundles)) {
    const row = { ...of, ...asked, bundle_id, status, created_at: new Date() };
    await sql`insert into export_bundles ${sql({ ...row, bundle_hash: status === "ready" ? Buffer.alloc(32) : null })}`;
  }
  await sql`insert into export_parts (tenant_id, bundle_id, part, bytes) values (${of.tenant_id}, ${ready}, 0, 'x')`;
  await sql`
    insert into export_reviews (tenant_id, id, bundle_id, verdict, reviewed_by, reviewed_at)
    values (${of.tenant_id}, gen_random_uuid(), ${ready}, 'reviewed', 'user:x', clock_timestamp())`;
}

const asApp = (text: string, values: unknown[] = []) => changes.as("holdpoint_app")(text, values);
const asSystem = (text: string, values: unknown[] = []) => changes.as("holdpoint_system")(text, values);
const asSuperuser = (text: string, values: unknown[] = []) => changes.as("superuser")(text, values);
const asOwner = (text: string) => changes.as("owner")(text);

describe("C6: append-only tables", () => {
  test.each(appendOnly)("%s: the app role is refused by its grants", async (table) => {
    const [rows] =
      await inspect()`select count(*)::int as n from ${inspect()(table)} where tenant_id = ${world.tenantId}`;
    expect(rows?.n, "a table without rows proves nothing").toBeGreaterThan(0);
    const columns = await columnsOf(table);
    const attempts = [
      ...columns.map(({ name }) => `update ${table} set ${name} = ${name}`),
      `delete from ${table}`,
      `truncate ${table}`,
      `truncate ${table} cascade`,
      `select * from ${table} for update`,
      ...definitions(table),
    ];
    const passed: string[] = [];
    for (const text of attempts) if ((await asApp(text)) !== DENIED) passed.push(text);
    expect(passed).toEqual([]);
    expect(await asApp(`select * from ${table}`)).toBe("ok");
  });

  test.each(appendOnly)("%s: everybody else is refused by a trigger", async (table) => {
    const one = `where ctid = (select ctid from ${table} where tenant_id = '${world.tenantId}' limit 1)`;
    expect(await asSuperuser(`update ${table} set tenant_id = tenant_id ${one}`)).toBe(RESTRICTED);
    expect(await asSuperuser(`delete from ${table} ${one}`)).toBe(RESTRICTED);
    expect(await asSuperuser(`truncate ${table} cascade`)).toBe(RESTRICTED);
    expect(await asOwner(`truncate ${table} cascade`)).toBe(RESTRICTED);
  });

  test("no other table is append-only, and none of these lost its triggers", async () => {
    const found = await inspect()<{ name: string }[]>`
      select distinct tgrelid::regclass::text as name from pg_trigger where tgname = 'append_only' order by 1`;
    expect(found.map(({ name }) => name)).toEqual([...appendOnly, "deployments"].sort());
  });
});

describe("C6: rows that change but never go", () => {
  test.each(neverDeleted)("%s", async (table) => {
    for (const text of [`delete from ${table}`, `truncate ${table} cascade`, ...definitions(table)]) {
      expect(await asApp(text), text).toBe(DENIED);
    }
    expect(await asOwner(`truncate ${table} cascade`)).toBe(RESTRICTED);
    const [row] =
      await inspect()`select count(*)::int as n from ${inspect()(table)} where tenant_id = ${world.tenantId}`;
    // Nothing was refused in this world, so refusals has no row for its trigger to hold.
    if (row?.n > 0)
      expect(await asSuperuser(`delete from ${table} where tenant_id = '${world.tenantId}'`)).toBe(RESTRICTED);
    else expect(table).toBe("refusals");
  });
});

/** Columns by what changing them alone is answered with. */
async function sweepColumns(table: string, runId: string): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const column of await columnsOf(table)) {
    const text = `update ${table} set ${column.name} = ${another(column)} where run_id = $1`;
    const code = await asApp(text, [runId]);
    found[code] = [...(found[code] ?? []), column.name];
  }
  return found;
}

const change = (table: string, runId: string, set: string) =>
  asApp(`update ${table} set ${set} where run_id = '${runId}'`);

const violation = ["violation_policy_id", "violation_reason", "violation_step_index", "violation_timestamp"];
const end = ["completed_at", "root_hash", "seal", "seal_hash", "status"];
const identity = ["agent_id", "engine", "genesis_hash", "run_id", "started_at", "tenant_id", "trace_id"];
const sealing = `status = 'completed', completed_at = clock_timestamp(), root_hash = '\\x01', seal = '{}', seal_hash = '\\x02'`;

describe("C6: queues", () => {
  test.each(queues)("%s: a row does not change, and only the system role takes it away", async (table) => {
    const mine = `where tenant_id = '${world.tenantId}'`;
    for (const { name } of await columnsOf(table)) {
      expect(await asApp(`update ${table} set ${name} = ${name}`), name).toBe(DENIED);
      expect(await asSystem(`update ${table} set ${name} = ${name}`), name).toBe(DENIED);
      expect(await asSuperuser(`update ${table} set ${name} = ${name} ${mine}`), name).toBe(RESTRICTED);
    }
    for (const text of [`delete from ${table}`, `truncate ${table} cascade`, ...definitions(table)]) {
      expect(await asApp(text), text).toBe(DENIED);
    }
    expect(await asSystem(`delete from ${table} ${mine}`)).toBe("ok");
    expect(await asSystem(`insert into ${table} default values`)).toBe(DENIED);
    expect(await asOwner(`truncate ${table} cascade`)).toBe(RESTRICTED);
    expect(await asSuperuser(`truncate ${table} cascade`)).toBe(RESTRICTED);
    expect(await asApp(`select * from ${table}`)).toBe(table === "outbox" ? "ok" : DENIED);
  });
});

describe("C6: what only the sequencer and the relay write", () => {
  test.each(["log_leaves", "log_nodes", "log_states", "checkpoints", "audit_chain", "events"])("%s", async (table) => {
    expect(await asApp(`insert into ${table} select * from ${table}`)).toBe(DENIED);
    for (const text of [`delete from ${table}`, `truncate ${table}`, ...definitions(table)]) {
      expect(await asSystem(text), text).toBe(DENIED);
    }
    if (table === "log_states") return;
    for (const { name } of await columnsOf(table)) {
      expect(await asSystem(`update ${table} set ${name} = ${name}`), name).toBe(DENIED);
    }
  });

  test("log_states: a log only grows, and so does what is signed of it", async () => {
    const set = (change: string) => asSystem(`update log_states set ${change} where tenant_id = '${world.tenantId}'`);
    for (const column of ["size", "audit_seq", "checkpoint_size"]) {
      expect(await set(`${column} = ${column} - 1`), column).toBe(RESTRICTED);
    }
    expect(await set("checkpoint_size = size + 1")).toBe(RESTRICTED);
    expect(await set("tenant_id = gen_random_uuid()")).toBe(RESTRICTED);
    expect(await set("size = size + 1, audit_seq = audit_seq + 1, audit_head = sha256('x')")).toBe("ok");
    expect(await set("halted_at = clock_timestamp(), halt_reason = 'x'")).toBe("ok");
    expect(await asApp("update log_states set size = size")).toBe(DENIED);
  });

  test("deployments and signing_keys: nobody's but the system role's, which retires a key once", async () => {
    for (const table of ["deployments", "signing_keys"]) {
      for (const text of [`select * from ${table}`, `insert into ${table} default values`, `delete from ${table}`]) {
        expect(await asApp(text), text).toBe(DENIED);
      }
      expect(await asSystem(`delete from ${table}`)).toBe(DENIED);
      expect(await asSuperuser(`delete from ${table}`)).toBe(RESTRICTED);
      expect(await asOwner(`truncate ${table} cascade`)).toBe(RESTRICTED);
      for (const column of await columnsOf(table)) {
        const text = `update ${table} set ${column.name} = ${another(column)}`;
        const isRetiring = column.name === "retired_at";
        expect(await asSuperuser(text), text).toBe(isRetiring ? "ok" : RESTRICTED);
        expect(await asSystem(text), text).toBe(isRetiring ? "ok" : DENIED);
      }
    }
    const twice = "update signing_keys set retired_at = clock_timestamp()";
    expect(await asSystem(`do $$ begin ${twice}; ${twice}; end $$`)).toBe(RESTRICTED);
  });
});

describe("export_bundles", () => {
  const sweep = async (bundleId: string) => {
    const found: Record<string, string[]> = {};
    for (const column of await columnsOf("export_bundles")) {
      const text = `update export_bundles set ${column.name} = ${another(column)} where bundle_id = $1`;
      const code = await asApp(text, [bundleId]);
      found[code] = [...(found[code] ?? []), column.name];
    }
    return found;
  };

  test("made_once: while it is made, what was asked for does not change", async () => {
    const found = await sweep(making);
    expect(found[RESTRICTED]).toEqual([
      ...["bundle_id", "bundle_type", "created_at", "export_reason", "format", "incident_id", "include_raw_steps"],
      ...["period_end", "period_start", "prepared_for", "preparer_notes", "requested_by", "tenant_id"],
    ]);
    const once = (value: string) => `update export_bundles set bundle_hash = ${value} where bundle_id = '${making}'`;
    expect(await asApp(`do $$ begin ${once("sha256('a')")}; ${once("sha256('b')")}; end $$`)).toBe(RESTRICTED);
  });

  test("made_once: what is ready does not change at all", async () => {
    const columns = (await columnsOf("export_bundles")).map(({ name }) => name);
    expect(await sweep(ready)).toEqual({ [RESTRICTED]: columns });
  });
});

describe("traces (DESIGN §5)", () => {
  test("while running: of single columns only the violation's and the incident's may be set", async () => {
    const found = await sweepColumns("traces", sharedRuns.idle);
    // A foreign key, and not the trigger, holds an id that names nothing.
    const named = ["incident_id", "violation_policy_id"];
    expect(found).toEqual({
      ok: violation.filter((name) => !named.includes(name)),
      "23503": named,
      [RESTRICTED]: [...end, ...identity, "archived_at"].sort(),
    });
  });

  test("while running: the violation and the incident once, by names that exist", async () => {
    const { policy_id, incident_id } = world.ids;
    const set = `violation_policy_id = '${policy_id}', incident_id = '${incident_id}'`;
    expect(await change("traces", sharedRuns.idle, set)).toBe("ok");
  });

  test.each([...violation, "incident_id"])("%s: a value, once set, neither changes nor goes", async (name) => {
    const first = { violation_policy_id: world.ids.policy_id, incident_id: world.ids.incident_id }[name];
    const column = (await columnsOf("traces")).find((candidate) => candidate.name === name);
    if (column === undefined) throw new Error(`traces has no ${name}`);
    const value = first === undefined ? another(column) : `'${first}'::uuid`;
    const twice = (then: string) =>
      asApp(`do $$ begin
        update traces set ${name} = ${value} where run_id = '${sharedRuns.idle}';
        update traces set ${name} = ${then} where run_id = '${sharedRuns.idle}'; end $$`);
    expect(await twice(another(column))).toBe(RESTRICTED);
    expect(await twice("null")).toBe(RESTRICTED);
    expect(await twice(name)).toBe("ok");
  });

  test("the end comes whole, or not at all", async () => {
    expect(await change("traces", sharedRuns.idle, sealing)).toBe("ok");
    expect(await change("traces", sharedRuns.idle, `${sealing}, violation_step_index = 1`)).toBe("ok");
    const parts = sealing.split(/, (?=\w+ = )/);
    for (const left of parts) {
      const rest = parts.filter((part) => part !== left).join(", ");
      expect(await change("traces", sharedRuns.idle, rest), `without ${left}`).toBe(RESTRICTED);
    }
    expect(await change("traces", sharedRuns.idle, `${sealing}, archived_at = clock_timestamp()`)).toBe(RESTRICTED);
  });

  test("after the seal: archived_at, once, and nothing else", async () => {
    const found = await sweepColumns("traces", sharedRuns.stopped);
    expect(found).toEqual({
      ok: ["archived_at"],
      [RESTRICTED]: [...end, ...identity, ...violation, "incident_id"].sort(),
    });
    for (const then of ["archived_at + interval '1 second'", "null"]) {
      const twice = `do $$ begin
        update traces set archived_at = clock_timestamp() where run_id = '${sharedRuns.stopped}';
        update traces set archived_at = ${then} where run_id = '${sharedRuns.stopped}'; end $$`;
      expect(await asApp(twice), then).toBe(RESTRICTED);
    }
  });

  test("after the seal: what was never set stays unset", async () => {
    for (const name of [...violation, "incident_id"]) {
      const column = (await columnsOf("traces")).find((candidate) => candidate.name === name);
      if (column === undefined) throw new Error(`traces has no ${name}`);
      expect(await change("traces", sharedRuns.succeeded, `${name} = ${another(column)}`), name).toBe(RESTRICTED);
    }
  });
});

const runIdentity = [
  ...["agent_id", "answer", "request_hash", "run_id", "snapshot_id", "started_at", "started_by", "synthetic"],
  ...["tenant_id", "trace_id", "agent_verified", "api_key_id", "goal", "actor_type", "actor_id", "provider", "model"],
  ...["parent_run_id", "project", "source", "tags"],
];
const runEnd = [
  ...["completed_at", "end_note", "incident_id", "status", "stopped_at_step", "termination_reason", "violation"],
  "violation_policy_id",
];

describe("runs", () => {
  test("identity_fixed: while live, what a run is never changes", async () => {
    const found = await sweepColumns("runs", sharedRuns.idle);
    expect(found[RESTRICTED]).toEqual([...runIdentity, "status"].sort());
    // A live run has neither an end's time nor its reason (check), and ids name what exists (foreign keys).
    expect(found["23514"]).toEqual(["completed_at", "termination_reason"]);
    expect(found["23503"]).toEqual(["violation_policy_id"]);
  });

  test("identity_fixed: seq and step index never go back", async () => {
    expect(await change("runs", sharedRuns.idle, "seq = seq - 1")).toBe(RESTRICTED);
    expect(await change("runs", sharedRuns.idle, "last_step_index = last_step_index - 1")).toBe(RESTRICTED);
    expect(await change("runs", sharedRuns.idle, "seq = seq, last_step_index = last_step_index")).toBe("ok");
  });

  test("end_fixed: after the end, how it ended never changes; what late results move may", async () => {
    const found = await sweepColumns("runs", sharedRuns.stopped);
    expect(found[RESTRICTED]).toEqual([...runIdentity, ...runEnd].sort());
    const late = ["cost_units", "head_hash", "input_tokens", "last_at", "late_records", "output_tokens", "seq"];
    expect(found.ok).toEqual(expect.arrayContaining(late));
    for (const name of runEnd) {
      // `stopped` has all of them set; taking one away is a change as well.
      if (name === "end_note") continue;
      expect(await change("runs", sharedRuns.stopped, `${name} = null`), `${name} taken away`).toBe(RESTRICTED);
    }
  });

  const legal: Readonly<Record<string, readonly string[]>> = {
    queued: ["running", "cancelled", "failed"],
    running: ["succeeded", "failed", "failed_policy", "cancelled", "retry", "paused"],
    paused: ["running", "failed", "failed_policy", "cancelled"],
    retry: ["running", "failed", "cancelled"],
  };
  const reasons: Readonly<Record<string, string>> = {
    succeeded: "completed",
    failed: "system_failure",
    failed_policy: "policy_block",
    cancelled: "user_abort",
  };

  test.each(runStatuses)("status_machine: from %s only to its legal successors", async (from) => {
    const written = (await columnsOf("runs")).map(({ name }) => name);
    for (const to of runStatuses) {
      const code = await asSuperuser(transitions(from, to, written));
      const isLegal = from === to || (legal[from] ?? []).includes(to);
      expect(code, `${from} → ${to}`).toBe(isLegal ? "ok" : RESTRICTED);
    }
  });

  /** A copy of the idle run in the state `from`, then its change to `to`, each with the columns its state demands. */
  function transitions(from: string, to: string, written: readonly string[]): string {
    const columns = (status: string) => {
      const reason = reasons[status];
      return reason === undefined ? "null::text, null::timestamptz" : `'${reason}', timestamptz '2026-01-01'`;
    };
    const copy = "'0197d000-0000-7000-8000-00000000c0de'::uuid";
    return `do $$ declare r runs; begin
      select * into r from runs where tenant_id = '${world.tenantId}' and run_id = '${sharedRuns.idle}';
      r.run_id := ${copy}; r.trace_id := ${copy}; r.status := '${from}';
      select ${columns(from)} into r.termination_reason, r.completed_at;
      insert into runs (${written.join(", ")}) select ${written.map((name) => `r.${name}`).join(", ")};
      update runs set status = '${to}', (termination_reason, completed_at) = (${columns(to)})
        where run_id = ${copy}; end $$`;
  }
});
