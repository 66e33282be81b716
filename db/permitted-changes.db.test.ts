// What may change of a row that is evidence, and what may not: every permitted and every forbidden change, one by one.
// The app role is held by its grants; whoever else comes (the owner, a superuser) is held by triggers.

import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runStatuses } from "@/db/vocabulary";
import { inspect, testDatabase } from "@/server/platform/db/testing/test-database";
import { makeWorld, sharedRuns, type World } from "@/server/testing/tenant-world";

const DENIED = "42501";
const RESTRICTED = "23001";

const appendOnly = [
  ...["audit_logs", "cost_records", "incident_comments", "incident_events", "limit_versions", "outbox"],
  ...[
    "policy_enforcements",
    "policy_sets",
    "policy_snapshots",
    "policy_versions",
    "prevention_records",
    "price_tables",
  ],
  ...["threshold_signals", "trace_records"],
];
const neverDeleted = ["freezes", "incidents", "limits", "policy_rules", "refusals", "runs", "steps", "traces"];

let world: World;
/** As the app signs in, and as whoever owns the tables. */
let app: postgres.Sql;
let owner: postgres.Sql;

beforeAll(async () => {
  world = await makeWorld("canarychanges", "0197d000-0000-7000-8000-000000000001");
  app = postgres(testDatabase().url, { max: 1, onnotice: () => {} });
  owner = postgres(testDatabase().migrationUrl, { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  await Promise.all([app.end(), owner.end()]);
});

class Undo extends Error {}

/** Runs the statement under a role in a transaction that is always undone; "ok", or the SQLSTATE it was refused with. */
async function outcome(
  as: { sql: postgres.Sql; role?: string },
  text: string,
  values: unknown[] = [],
): Promise<string> {
  try {
    await as.sql.begin(async (tx) => {
      await tx`select set_config('app.tenant_id', ${world.tenantId}, true)`;
      if (as.role !== undefined) await tx`select set_config('role', ${as.role}, true)`;
      await tx.unsafe(text, values as never[]);
      throw new Undo();
    });
    return "committed";
  } catch (error) {
    if (error instanceof Undo) return "ok";
    if (error instanceof postgres.PostgresError) return error.code;
    throw error;
  }
}

const asApp = (text: string, values: unknown[] = []) => outcome({ sql: app, role: "holdpoint_app" }, text, values);
const asSuperuser = (text: string) => outcome({ sql: inspect() }, text);

const definitions = (table: string) => [
  `alter table ${table} add column extra int`,
  `alter table ${table} disable trigger all`,
  `alter table ${table} disable row level security`,
  `alter table ${table} no force row level security`,
  `alter table ${table} owner to holdpoint_app`,
  `create policy mine on ${table} using (true)`,
  `create trigger mine before insert on ${table} for each row execute function refuse_change('x')`,
  `create rule mine as on insert to ${table} do instead nothing`,
  `drop table ${table} cascade`,
];

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
    expect(await outcome({ sql: owner }, `truncate ${table} cascade`)).toBe(RESTRICTED);
  });

  test("no other table is append-only, and none of these lost its triggers", async () => {
    const found = await inspect()<{ name: string }[]>`
      select distinct tgrelid::regclass::text as name from pg_trigger where tgname = 'append_only' order by 1`;
    expect(found.map(({ name }) => name)).toEqual(appendOnly);
  });
});

describe("C6: rows that change but never go", () => {
  test.each(neverDeleted)("%s", async (table) => {
    for (const text of [`delete from ${table}`, `truncate ${table} cascade`, ...definitions(table)]) {
      expect(await asApp(text), text).toBe(DENIED);
    }
    expect(await outcome({ sql: owner }, `truncate ${table} cascade`)).toBe(RESTRICTED);
    const [row] =
      await inspect()`select count(*)::int as n from ${inspect()(table)} where tenant_id = ${world.tenantId}`;
    // Nothing was refused in this world, so refusals has no row for its trigger to hold.
    if (row?.n > 0)
      expect(await asSuperuser(`delete from ${table} where tenant_id = '${world.tenantId}'`)).toBe(RESTRICTED);
    else expect(table).toBe("refusals");
  });
});

type Column = { name: string; type: string };

function columnsOf(table: string): Promise<Column[]> {
  return inspect()<Column[]>`
    select column_name::text as name, data_type::text as type from information_schema.columns
    where table_schema = 'public' and table_name = ${table} order by 1`;
}

/** Another value of the column's type, made from the one that stands there. */
function another({ name, type }: Column): string {
  const of: Record<string, string> = {
    uuid: `'0197d000-0000-7000-8000-00000000dead'::uuid`,
    text: `coalesce(${name}, '') || 'x'`,
    integer: `coalesce(${name}, 0) + 1`,
    bigint: `coalesce(${name}, 0) + 1`,
    boolean: `not ${name}`,
    jsonb: `'{"another": 1}'::jsonb`,
    bytea: `coalesce(${name}, ''::bytea) || '\\x01'::bytea`,
    "timestamp with time zone": `coalesce(${name}, clock_timestamp()) + interval '1 second'`,
  };
  const made = of[type];
  if (made === undefined) throw new Error(`no other value of type ${type} for ${name}`);
  return made;
}

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
    for (const to of runStatuses) {
      const code = await outcome({ sql: inspect() }, transitions(from, to));
      const isLegal = from === to || (legal[from] ?? []).includes(to);
      expect(code, `${from} → ${to}`).toBe(isLegal ? "ok" : RESTRICTED);
    }
  });

  /** A copy of the idle run in the state `from`, then its change to `to`, each with the columns its state demands. */
  function transitions(from: string, to: string): string {
    const columns = (status: string) => {
      const reason = reasons[status];
      return reason === undefined ? "null::text, null::timestamptz" : `'${reason}', timestamptz '2026-01-01'`;
    };
    const copy = "'0197d000-0000-7000-8000-00000000c0de'::uuid";
    return `do $$ declare r runs; begin
      select * into r from runs where tenant_id = '${world.tenantId}' and run_id = '${sharedRuns.idle}';
      r.run_id := ${copy}; r.trace_id := ${copy}; r.status := '${from}';
      select ${columns(from)} into r.termination_reason, r.completed_at;
      insert into runs select r.*;
      update runs set status = '${to}', (termination_reason, completed_at) = (${columns(to)})
        where run_id = ${copy}; end $$`;
  }
});
