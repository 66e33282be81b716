// The proof of the three locks, asked of the database itself: a table, key, index, grant or function that forgets one
// is named here. What is allowed to differ stands in the lists below, each with its reason.

import { describe, expect, test } from "vitest";
import { inspect, testDatabase } from "@/server/platform/db/testing/test-database";

/** Of nobody's tenant, and only the system role may touch them: the auth library's own, the deployment and its public keys. */
const globalTables = [
  ...["accounts", "deployments", "rate_limits", "sessions", "signing_keys", "two_factors", "users", "verifications"],
];

/** The tenants themselves: their own id is the tenant. */
const keyOf = (table: string) => (table === "tenants" ? "id" : "tenant_id");

/** Indexes of tenant tables that do not lead with the tenant, and why. */
const acrossTenants: Readonly<Record<string, string>> = {
  api_keys_key_hash_key: "a key's hash is how its tenant is found; 256 random bits tell nobody anything",
  invitations_token_hash_key: "an invitation's hash is how its tenant is found; 256 random bits tell nobody anything",
  memberships_user_idx: "a session's user is how the tenant is found",
  runs_due_idx: "one sweeper looks for what is due in every tenant",
  tenants_slug_unique: "the slug names a tenant",
};

const R = "select";
const RI = "insert select";
const RIU = "insert select update";
const RIUD = "delete insert select update";
const RID = "delete insert select";

/** Everything holdpoint_app may do. A table that is not here: nothing. */
const appGrants: Readonly<Record<string, string>> = {
  agents: RIU,
  api_keys: RIU,
  audit_chain: R,
  audit_logs: RI,
  checkpoints: R,
  cost_records: RI,
  events: R,
  export_bundles: RIU,
  export_drafts: RID,
  export_parts: RI,
  export_reviews: RI,
  freezes: RIU,
  idempotency_keys: RID,
  incident_comments: RI,
  incident_events: RI,
  incidents: RIU,
  invitations: RIU,
  job_requests: "insert",
  leaf_sources: "insert",
  limit_counters: RIU,
  limit_entries: RID,
  limit_versions: RI,
  limits: RIU,
  log_leaves: R,
  log_nodes: R,
  log_states: R,
  memberships: RIUD,
  outbox: RI,
  policy_enforcements: RI,
  policy_precedence: RIU,
  policy_rules: RIU,
  policy_scopes: RIUD,
  policy_sets: RI,
  policy_snapshots: RI,
  policy_versions: RI,
  prevention_records: RI,
  price_tables: RI,
  record_payloads: RID,
  refusals: RIU,
  runs: RIU,
  steps: RIU,
  tenant_controls: "select update",
  tenants: `${R} update(name)`,
  threshold_signals: RI,
  trace_records: RI,
  traces: RIU,
};

/** Everything holdpoint_system may do: the auth library's tables, and of tenant tables some columns. */
const systemGrants: Readonly<Record<string, string>> = {
  accounts: RIUD,
  api_keys:
    "select(agent_ids) select(expires_at) select(id) select(key_hash) select(scopes) select(status) select(tenant_id)",
  audit_chain: RI,
  checkpoints: RI,
  deployments: RI,
  events: RI,
  freezes: "select(created_at) select(created_by) select(effective_at) select(id) select(lifted_at) select(tenant_id)",
  idempotency_keys: "delete select(created_at) select(tenant_id)",
  invitations: R,
  job_requests: "delete select",
  leaf_sources: "delete select",
  log_leaves: RI,
  log_nodes: RI,
  log_states: RIU,
  memberships: RI,
  outbox: "delete select",
  rate_limits: RIUD,
  runs: "select(completed_at) select(due_at) select(run_id) select(tenant_id)",
  sessions: RIUD,
  signing_keys: "insert select update(retired_at)",
  tenant_controls: "insert",
  tenants: RI,
  two_factors: RIUD,
  users: RIUD,
  verifications: RIUD,
};

/** Row security lets the system role see these across tenants; its grants say which columns. */
const systemPolicies = [
  "api_keys select true",
  "audit_chain insert true",
  "audit_chain select true",
  "checkpoints insert true",
  "checkpoints select true",
  "events insert true",
  "events select true",
  "freezes select true",
  "idempotency_keys delete older",
  "idempotency_keys select true",
  "invitations select true",
  "job_requests delete true",
  "job_requests select true",
  "leaf_sources delete true",
  "leaf_sources select true",
  "log_leaves insert true",
  "log_leaves select true",
  "log_nodes insert true",
  "log_nodes select true",
  "log_states insert true",
  "log_states select true",
  "log_states update true",
  "memberships insert true",
  "memberships select true",
  "outbox delete true",
  "outbox select true",
  "runs select true",
  "tenant_controls insert true",
  "tenants insert true",
  "tenants select true",
];

const sql = inspect;

async function names(query: Promise<readonly { name: string }[]>): Promise<string[]> {
  return (await query).map(({ name }) => name).sort();
}

const tables = () =>
  names(sql()<{ name: string }[]>`
  select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'f')`);
const tenantTables = async () => (await tables()).filter((name) => !globalTables.includes(name));

describe("D3: tables", () => {
  test("each has tenant_id, not null, or is on the list of global ones", async () => {
    const keyed = await names(sql()<{ name: string }[]>`
      select c.relname as name from pg_attribute a join pg_class c on c.oid = a.attrelid
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attname = 'tenant_id'
        and a.attnotnull and a.atttypid = 'uuid'::regtype`);
    expect((await tenantTables()).filter((name) => name !== "tenants")).toEqual(keyed);
    expect(await tables()).toEqual(expect.arrayContaining(globalTables));
  });

  test("nothing stands outside of public but the list of migrations", async () => {
    const elsewhere = await names(sql()<{ name: string }[]>`
      select c.relnamespace::regnamespace || '.' || c.relname as name from pg_class c
      where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema|public)'`);
    expect(elsewhere).toEqual(["drizzle.__drizzle_migrations"]);
  });

  test("row security is enabled and forced", async () => {
    const secured = await names(sql()<{ name: string }[]>`
      select relname as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relrowsecurity and relforcerowsecurity`);
    expect(secured).toEqual(await tenantTables());
  });

  test("the app role has a policy of its tenant for each of the four commands, and no other", async () => {
    const policies = await sql()<
      { name: string; cmd: string; how: string; using: string | null; check: string | null }[]
    >`
      select tablename as name, lower(cmd) as cmd, permissive as how, qual as using, with_check as check
      from pg_policies where schemaname = 'public' and 'holdpoint_app' = any(roles) order by 1, 2`;
    const expected = (await tenantTables()).flatMap((name) =>
      ["delete", "insert", "select", "update"].map((cmd) => `${name} ${cmd}`),
    );
    expect(policies.map(({ name, cmd }) => `${name} ${cmd}`)).toEqual(expected);
    const wrong = policies.filter(({ name, cmd, how, using, check }) => {
      const mine = new RegExp(
        `^\\(${keyOf(name)} = \\( SELECT \\(NULLIF\\(current_setting\\('app\\.tenant_id'::text, true\\), ''::text\\)\\)::uuid AS "?nullif"?\\)\\)$`,
      );
      const seen = cmd === "insert" ? using === null : mine.test(using ?? "");
      const written = cmd === "select" || cmd === "delete" ? check === null : mine.test(check ?? "");
      return how !== "PERMISSIVE" || !seen || !written;
    });
    expect(wrong).toEqual([]);
  });

  test("no other role has a policy, but the system role a few", async () => {
    const others = await sql()<{ name: string; roles: string; rule: string }[]>`
      select tablename || ' ' || lower(cmd) as name, roles::text, coalesce(qual, with_check) as rule
      from pg_policies where not 'holdpoint_app' = any(roles)`;
    const older = /created_at < \(clock_timestamp\(\) - '(?:24:00:00|1 day)'::interval\)/;
    const said = others.map(({ name, roles, rule }) =>
      roles === "{holdpoint_system}" ? `${name} ${older.test(rule) ? "older" : rule}` : `${name} of ${roles}`,
    );
    expect(said.sort()).toEqual(systemPolicies);
  });
});

describe("D3: keys and indexes", () => {
  test("every foreign key between tenant tables contains the tenant", async () => {
    const found = await sql()<{ name: string; from: string; to: string; pairs: string[] }[]>`
      select k.conname as name, k.conrelid::regclass::text as from, k.confrelid::regclass::text as to,
        array(select a.attname || '=' || b.attname from unnest(k.conkey, k.confkey) as p(mine, other)
          join pg_attribute a on a.attrelid = k.conrelid and a.attnum = p.mine
          join pg_attribute b on b.attrelid = k.confrelid and b.attnum = p.other) as pairs
      from pg_constraint k where k.contype = 'f' and k.connamespace = 'public'::regnamespace`;
    const between = found.filter(({ from, to }) => !globalTables.includes(from) && !globalTables.includes(to));
    const simple = between.filter(({ to, pairs }) => !pairs.includes(`tenant_id=${keyOf(to)}`));
    expect(simple).toEqual([]);
    expect(between.length).toBeGreaterThan(30);
  });

  test("every primary key and unique constraint contains it too", async () => {
    const without = await names(sql()<{ name: string }[]>`
      select i.indexrelid::regclass::text as name from pg_index i join pg_class c on c.oid = i.indrelid
      where c.relnamespace = 'public'::regnamespace and i.indisunique and not exists (
        select from pg_attribute a where a.attrelid = i.indrelid and a.attnum = any(i.indkey)
          and a.attname = case when c.relname = 'tenants' then 'id' else 'tenant_id' end)
        and not c.relname = any(${globalTables})`);
    expect(without).toEqual(["api_keys_key_hash_key", "invitations_token_hash_key", "tenants_slug_unique"]);
  });

  test("indexes lead with the tenant, or say why not", async () => {
    const elsewhere = await names(sql()<{ name: string }[]>`
      select i.indexrelid::regclass::text as name from pg_index i
      join pg_class c on c.oid = i.indrelid and c.relnamespace = 'public'::regnamespace
      left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
      where not c.relname = any(${globalTables})
        and a.attname is distinct from case when c.relname = 'tenants' then 'id' else 'tenant_id' end`);
    expect(elsewhere).toEqual(Object.keys(acrossTenants).sort());
  });

  test("tables of high rate reference their run and not their tenant", async () => {
    const direct = await names(sql()<{ name: string }[]>`
      select conrelid::regclass::text as name from pg_constraint where contype = 'f' and confrelid = 'tenants'::regclass`);
    const busy = [
      "runs",
      "steps",
      "trace_records",
      "traces",
      "cost_records",
      "limit_counters",
      "limit_entries",
      "outbox",
    ];
    expect(direct.filter((name) => busy.includes(name))).toEqual([]);
  });
});

describe("D3: roles", () => {
  test("neither is superuser, bypasses row security, may sign in, make roles or databases, or is in another role", async () => {
    const roles = await sql()`
      select rolname, rolsuper, rolbypassrls, rolcanlogin, rolcreaterole, rolcreatedb, rolreplication,
        (select count(*)::int from pg_auth_members m where m.member = r.oid) as memberships
      from pg_roles r where rolname like 'holdpoint\_%' and rolname not like 'holdpoint\_test%' order by 1`;
    const harmless = {
      ...{ rolsuper: false, rolbypassrls: false, rolcanlogin: false, rolcreaterole: false, rolcreatedb: false },
      ...{ rolreplication: false, memberships: 0 },
    };
    expect(roles.map((row) => ({ ...row }))).toEqual([
      { rolname: "holdpoint_app", ...harmless },
      { rolname: "holdpoint_system", ...harmless },
    ]);
  });

  test("neither owns anything, nor may make anything", async () => {
    const owned = await sql()`
      select d.classid::regclass::text as kind, d.objid from pg_shdepend d
      join pg_roles r on r.oid = d.refobjid and d.refclassid = 'pg_authid'::regclass
      where r.rolname in ('holdpoint_app', 'holdpoint_system') and d.deptype = 'o'`;
    expect(owned).toEqual([]);
    const makers = await names(sql()<{ name: string }[]>`
      select r.rolname || ' in ' || n.nspname as name from pg_roles r, pg_namespace n
      where r.rolname in ('holdpoint_app', 'holdpoint_system') and has_schema_privilege(r.oid, n.oid, 'create')`);
    expect(makers).toEqual([]);
  });

  test.each([
    { role: "holdpoint_app", granted: appGrants },
    { role: "holdpoint_system", granted: systemGrants },
  ])("$role may do what is written here, and nothing else", async ({ role, granted }) => {
    expect(await grantsOf(role)).toEqual(granted);
  });

  test("who signs in may become them and inherits nothing: a statement in nobody's name sees nothing", async () => {
    const login = new URL(testDatabase().url).username;
    const [row] = await sql()`
      select pg_has_role(${login}, 'holdpoint_app', 'member') as may, pg_has_role(${login}, 'holdpoint_app', 'usage') as has,
        pg_has_role(${login}, 'holdpoint_system', 'usage') as has_system,
        (select count(*)::int from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
          and has_any_column_privilege(${login}, c.oid, 'select, insert, update, references')) as tables`;
    expect(row).toEqual({ may: true, has: false, has_system: false, tables: 0 });
  });

  test("PUBLIC may touch no table", async () => {
    expect(await grantsOf("public")).toEqual({});
  });
});

describe("D3: code in the database", () => {
  test("no function runs as its definer", async () => {
    const found = await names(sql()<{ name: string }[]>`
      select p.oid::regprocedure::text as name from pg_proc p
      where p.prosecdef and p.pronamespace::regnamespace::text !~ '^(pg_|information_schema)'`);
    expect(found).toEqual([]);
  });

  test("the only function is the one of the triggers", async () => {
    const found = await names(sql()<{ name: string }[]>`
      select p.proname::text as name from pg_proc p where p.pronamespace::regnamespace::text !~ '^(pg_|information_schema)'`);
    expect(found).toEqual(["refuse_change"]);
  });

  test("no view runs with its owner's rights", async () => {
    const found = await names(sql()<{ name: string }[]>`
      select c.relname as name from pg_class c
      where c.relkind in ('v', 'm') and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
        and not coalesce('security_invoker=true' = any(c.reloptions), false)`);
    expect(found).toEqual([]);
  });

  test("every trigger is enabled", async () => {
    const off = await names(sql()<{ name: string }[]>`
      select tgname::text as name from pg_trigger where not tgisinternal and tgenabled <> 'O'`);
    expect(off).toEqual([]);
  });
});

/** Table → its privileges of that role, sorted; those of single columns as `verb(column)`. */
async function grantsOf(role: string): Promise<Record<string, string>> {
  const rows = await sql()<{ name: string; privileges: string }[]>`
    with given as (
      select c.relname, lower(g.privilege_type) as what, g.grantee from pg_class c, aclexplode(c.relacl) g
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'S')
      union all
      select c.relname, lower(g.privilege_type) || '(' || a.attname || ')', g.grantee
      from pg_class c join pg_attribute a on a.attrelid = c.oid, aclexplode(a.attacl) g
      where c.relnamespace = 'public'::regnamespace)
    select relname as name, string_agg(what, ' ' order by what collate "C") as privileges from given
    where grantee = case when ${role} = 'public' then 0 else (select oid from pg_roles where rolname = ${role}) end
    group by relname order by relname`;
  return Object.fromEntries(rows.map(({ name, privileges }) => [name, privileges]));
}
