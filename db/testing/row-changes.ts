// Tries a change of a row and undoes it: what was permitted, and what refused it. The app role is held by its grants;
// whoever else comes (the owner, a superuser) is held by triggers.

import postgres from "postgres";
import { inspect, testDatabase } from "@/server/platform/db/testing/test-database";

/** By a grant that is missing, and by a trigger. */
export const DENIED = "42501";
export const RESTRICTED = "23001";

class Undo extends Error {}

export type Role = "holdpoint_app" | "holdpoint_system" | "owner" | "superuser";
export type Attempt = (text: string, values?: unknown[]) => Promise<string>;

/** Statements in one tenant's name, under a role; each answers "ok", or the SQLSTATE that it was refused with. */
export class Changes {
  readonly #app = postgres(testDatabase().url, { max: 1, onnotice: () => {} });
  readonly #owner = postgres(testDatabase().migrationUrl, { max: 1, onnotice: () => {} });

  constructor(readonly tenantId: string) {}

  as(role: Role): Attempt {
    return (text, values = []) => this.#outcome(role, text, values);
  }

  async end(): Promise<void> {
    await Promise.all([this.#app.end(), this.#owner.end()]);
  }

  async #outcome(role: Role, text: string, values: unknown[]): Promise<string> {
    const sql = role === "superuser" ? inspect() : role === "owner" ? this.#owner : this.#app;
    try {
      await sql.begin(async (tx) => {
        await tx`select set_config('app.tenant_id', ${this.tenantId}, true)`;
        if (sql === this.#app) await tx`select set_config('role', ${role}, true)`;
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
}

export type Column = { name: string; type: string };

export function columnsOf(table: string): Promise<Column[]> {
  return inspect()<Column[]>`
    select column_name::text as name, data_type::text as type from information_schema.columns
    where table_schema = 'public' and table_name = ${table} and is_identity = 'NO' and is_generated = 'NEVER' order by 1`;
}

/** A tenant, or anything else, that is not there. */
export const NOBODY = "0197d000-0000-7000-8000-00000000dead";

/** Another value of the column's type, made from the one that stands there. */
export function another({ name, type }: Column): string {
  const of: Record<string, string> = {
    uuid: `'${NOBODY}'::uuid`,
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

/** What nobody but the owner may do to a table's definition. */
export const definitions = (table: string): string[] => [
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
