// Somebody with SQL past every trigger changes one column of a run that is over. What the evidence covers, verify finds;
// what it does not is listed here, so that a new column has to be put on one side or the other.

import { beforeAll, expect, test } from "vitest";
import { GateWorld, used } from "@/server/gate/testing/gate-world";
import { inspect } from "@/server/platform/db/testing/test-database";

/** The gate's own clock and memory, and what it answered. */
const notEvidence = [
  ...["last_seen_at", "last_at", "due_at", "paused_at", "paused_ms", "memory"],
  ...["request_hash", "answer_status", "answer", "end_request_hash", "end_answer"],
];
const others: Readonly<Record<string, string>> = {
  uuid: "'0197d000-0000-7000-8000-00000000dead'::uuid",
  text: "coalesce({}, '') || 'x'",
  integer: "coalesce({}, 0) + 1",
  bigint: "coalesce({}, 0) + 1",
  boolean: "not {}",
  jsonb: `'{"env": "test"}'::jsonb`,
  bytea: "coalesce({}, ''::bytea) || '\\x01'::bytea",
  "timestamp with time zone": "coalesce({}, clock_timestamp()) + interval '1 second'",
};

let gate: GateWorld;
let run: { run_id: string; trace_id: string };

beforeAll(async () => {
  gate = await GateWorld.mint();
  await gate.condition(
    `run.goal == "pay" && tags["env"] == "prod" && actor.id == "u-17" && agent.id == "invoice-bot"`,
    {
      enforcement: "warn",
    },
  );
  const parent = await gate.start();
  run = await gate.start({
    ...{ goal: "pay", tags: { env: "prod" }, actor: { type: "human", id: "u-17" }, parent_run_id: parent.run_id },
    ...{ project: "payables", provider: "anthropic", model: "claude-sonnet-4", source: "sdk" },
  });
  await gate.admit(run, { step_index: 1 }, 30);
  await gate.admit(run, { step_index: 2 }, 40);
  const settled = await gate.result(run, 1, used(25, { input_tokens: 5, cost_cents: 2 }));
  expect(settled.decision.action).toBe("warn");
  const done = await gate.complete(run, { status: "succeeded", abandon: true });
  expect(done.status, done.text).toBe(200);
});

/** Past triggers, row security and foreign keys, in tables of this run alone. */
async function past(text: string, values: (string | object)[] = []): Promise<void> {
  await inspect().begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx.unsafe(text, [run.run_id, ...values] as never[]);
  });
}

const parityOf = async () => (await gate.manage("POST", `/traces/${run.trace_id}/replay`)).body.parity;
const verdict = async () => (await gate.send(`/${run.run_id}/verify`)).body;

/** What verify says while the column holds another value. */
async function whileChanged<T>(table: string, column: string, ask: () => Promise<T>): Promise<T | string> {
  const sql = inspect();
  const [type] = await sql<{ type: string }[]>`select data_type::text as type from information_schema.columns
    where table_schema = 'public' and table_name = ${table} and column_name = ${column}`;
  const [row] = await sql.unsafe(`select to_jsonb(t)::text as kept from ${table} t where run_id = $1`, [run.run_id]);
  const other = others[type?.type ?? ""];
  if (other === undefined) throw new Error(`no other value for ${column}`);
  try {
    await past(`update ${table} set ${column} = ${other.replaceAll("{}", column)} where run_id = $1`);
  } catch (error) {
    return `refused: ${(error as { code?: string }).code}`;
  }
  const found = await ask();
  const whole = `jsonb_populate_record(null::${table}, $2::text::jsonb)`;
  await past(`update ${table} set ${column} = (${whole}).${column} where run_id = $1`, [row?.kept]);
  return found;
}

async function columnsOf(table: string): Promise<string[]> {
  const rows = await inspect()<{ name: string }[]>`select column_name::text as name from information_schema.columns
    where table_schema = 'public' and table_name = ${table} and column_name not in ('tenant_id', 'run_id') order by 1`;
  return rows.map(({ name }) => name);
}

test("every column of a run that is evidence: changed alone, verify says so", async () => {
  expect(await verdict()).toMatchObject({ verified: true, sealed: true });
  const unseen: string[] = [];
  const reasons = new Map<string, unknown>();
  for (const column of await columnsOf("runs")) {
    const found = await whileChanged("runs", column, verdict);
    if (typeof found === "string") continue;
    if (found.verified === true) unseen.push(column);
    else reasons.set(column, found.reason);
  }
  expect(unseen.toSorted()).toEqual(notEvidence.toSorted());
  for (const column of ["tags", "goal", "actor_id", "agent_verified", "api_key_id", "parent_run_id", "agent_id"]) {
    expect([column, reasons.get(column)]).toEqual([column, "run_changed"]);
  }
  for (const column of ["input_tokens", "steps_completed", "cost_units", "lapsed_steps", "presumed_output_tokens"]) {
    expect([column, reasons.get(column)]).toEqual([column, "run_changed"]);
  }
  for (const column of ["last_step_index", "started_by", "violation_policy_id", "error_code", "error_message"]) {
    expect([column, reasons.get(column)]).toEqual([column, "run_changed"]);
  }
  expect(await verdict()).toMatchObject({ verified: true });
});

test("the trace's agent is the run's", async () => {
  const found = await whileChanged("traces", "agent_id", verdict);
  expect(found).toMatchObject({ verified: false, reason: "trace_changed" });
});

test("a decision is made again as who the run was started as, whatever its row says by now", async () => {
  expect(await parityOf()).toMatchObject({ match: true });
  for (const column of ["goal", "tags", "actor_id", "agent_id", "model"]) {
    expect([column, await whileChanged("runs", column, parityOf)]).toMatchObject([column, { match: true }]);
  }
});
