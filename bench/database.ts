// A migrated database for one bench, on a PostgreSQL of its own or on the one of DATABASE_URL (a superuser's address, for
// databases and roles are made), with a tenant under policies that bind and never block.

import { randomUUID } from "node:crypto";
import { mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { addressesOf, dropDatabase, makeTemplate } from "@/server/platform/db/testing/template";
import { adoptTestDatabase, closeInspections, inspect } from "@/server/platform/db/testing/test-database";
import { startTestServer } from "@/server/platform/db/testing/test-server";
import { provideDatabase } from "@/server/platform/env/env";
import { policyClient } from "@/server/policies/testing/policy-client";

export type BenchDatabase = {
  url: string;
  /** As the owner of the tables, who makes the queues of jobs. */
  migrationUrl: string;
  version: string;
  /** Names and values of what durability and speed hang on. */
  settings: Record<string, string>;
  key: string;
  /** Ids for the floors; the gate's runs are started over HTTP. */
  floorRuns: string[];
  /** Gives the planner what autovacuum gives it in a server's first minute. */
  analyze(): Promise<void>;
  stop(): Promise<void>;
};

const FLOOR_RUNS = 256;
const shown = ["fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "wal_sync_method"];

export async function openDatabase(): Promise<BenchDatabase> {
  const given = process.env.DATABASE_URL;
  const server = given ? null : await startTestServer();
  const template = await makeTemplate(server?.superuserUrl ?? given ?? "");
  const database = addressesOf(template, template.name);
  adoptTestDatabase(database);
  provideDatabase(database);
  const floorRuns = await makeFloors(template.login.role);
  const tenant = await mintTenant();
  await bindPolicies(policyClient(tenant.principal));
  const rows = await inspect()<{ name: string; setting: string }[]>`
    select name, current_setting(name) as setting from pg_settings where name in ${inspect()(shown)} order by name`;
  const [about] = await inspect()<{ version: string }[]>`select current_setting('server_version') as version`;
  return {
    url: database.url,
    migrationUrl: database.migrationUrl,
    version: about?.version ?? "?",
    settings: Object.fromEntries(rows.map((row) => [row.name, row.setting])),
    key: tenant.key,
    floorRuns,
    async analyze() {
      await inspect()`analyze`;
    },
    async stop() {
      await closeInspections();
      await (server === null ? dropDatabase(template, template.name) : server.stop());
    },
  };
}

async function makeFloors(login: string): Promise<string[]> {
  const sql = inspect();
  const runs = Array.from({ length: FLOOR_RUNS }, () => randomUUID());
  await sql.unsafe(`
    create schema bench;
    create table bench.runs (run_id uuid primary key, tokens bigint not null, steps bigint not null, most bigint not null);
    create table bench.steps (run_id uuid not null, step_id uuid not null, step_type text not null, tokens bigint not null,
      body jsonb not null, recorded_at timestamptz not null default clock_timestamp(), primary key (run_id, step_id));
    create table bench.leaves (id uuid primary key, hash bytea not null, at timestamptz not null default clock_timestamp());
    grant usage on schema bench to ${login};
    grant select, insert, update on all tables in schema bench to ${login}`);
  await sql`
    insert into bench.runs (run_id, tokens, steps, most)
    select run_id, 0, 0, 1000000000000 from unnest(${runs}::uuid[]) as run_id`;
  return runs;
}

// Six thresholds and a condition: what a tenant with a few policies has. None of them is ever passed.
async function bindPolicies(call: ReturnType<typeof policyClient>): Promise<void> {
  const threshold = (metric: string, rule_type: string, enforcement: string) => ({
    name: `${metric} ${enforcement}`,
    rule_type,
    metric,
    threshold: 100_000_000_000,
    enforcement,
  });
  const rules = [
    threshold("run.tokens", "token_limit", "stop"),
    threshold("run.cost_cents", "cost_limit", "stop"),
    threshold("run.steps", "step_limit", "stop"),
    threshold("step.tokens", "token_limit", "warn"),
    threshold("step.cost_cents", "cost_limit", "pause"),
    threshold("run.duration_ms", "time_limit", "stop"),
    {
      name: "no shell in production",
      rule_type: "custom_rule",
      condition: 'step.skill == "shell" && tags["env"] == "prod"',
      enforcement: "stop",
    },
  ];
  for (const rule of rules) {
    const answer = await call("POST", "/rules", rule);
    if (answer.status !== 201) throw new Error(`a rule of the bench was refused: ${JSON.stringify(answer.body)}`);
  }
}
