import { and, count as countOf, sql as drizzleSql, eq, type SQL } from "drizzle-orm";
import { type PgColumn, PgDatabase, PgDialect, type PgTable } from "drizzle-orm/pg-core";
import { PostgresJsSession } from "drizzle-orm/postgres-js";
import type { PendingQuery, Row, Sql, TransactionSql } from "postgres";
import type { Principal } from "@/server/platform/auth/principal";
import { pool } from "./client";
import { predicateOf, preparedPredicate, rawPredicate } from "./tenant-predicate";
import { inTransaction } from "./transaction";

// The only way to the database for domain code. A handle lives inside one transaction, under the app role, with the
// tenant set for row security; on top of that every statement built here carries the tenant predicate itself.

export type TenantTable = PgTable & { tenantId: PgColumn };
type Rows<T extends TenantTable> = T["$inferSelect"][];
export type NewRow<T extends TenantTable> = Omit<T["$inferInsert"], "tenantId">;
export type Changes<T extends TenantTable> = Partial<Omit<T["$inferInsert"], "tenantId">>;

type RawParameter = Parameters<Sql>[1];

const dialect = new PgDialect({ casing: "snake_case" });
// Compiling a plan (jit) takes longer than any of these statements may.
const OPEN =
  "select set_config('role', 'holdpoint_app', true), set_config('app.tenant_id', $1, true), set_config('jit', 'off', true)";

export class TenantDb {
  readonly tenantId: string;
  readonly principal: Principal;
  readonly #raw: Sql;
  readonly #drizzle: PgDatabase<never>;

  /** Only asTenant and the gate's batch construct one. */
  constructor(raw: TransactionSql | Sql, principal: Principal) {
    this.#raw = raw as Sql;
    this.principal = principal;
    this.tenantId = principal.tenantId;
    this.#drizzle = drizzleOver(this.#raw);
  }

  /** The same transaction in the name of another principal of this tenant: a batch holds the deeds of several. */
  actingAs(principal: Principal): TenantDb {
    if (principal.tenantId !== this.tenantId) throw new Error("a principal of another tenant");
    return new TenantDb(this.#raw, principal);
  }

  /** Rows of one table; unbounded only where the caller knows the table is small for a tenant. */
  async rows<T extends TenantTable>(
    table: T,
    options: { where?: SQL | undefined; orderBy?: (SQL | PgColumn)[]; limit?: number; offset?: number } = {},
  ): Promise<Rows<T>> {
    const query = this.#drizzle.select().from(asTable(table)).where(this.#mineAnd(table, options.where)).$dynamic();
    if (options.orderBy !== undefined) query.orderBy(...options.orderBy);
    if (options.limit !== undefined) query.limit(options.limit);
    if (options.offset !== undefined) query.offset(options.offset);
    return rowsOf<T>(await query);
  }

  async first<T extends TenantTable>(table: T, where: SQL): Promise<T["$inferSelect"] | null> {
    const [row] = await this.rows(table, { where, limit: 1 });
    return row ?? null;
  }

  /** As `first`, and the row stays locked until the end of the transaction (for no key update). */
  async lock<T extends TenantTable>(table: T, where: SQL): Promise<T["$inferSelect"] | null> {
    const query = this.#drizzle.select().from(asTable(table)).where(this.#mineAnd(table, where)).for("no key update");
    const [row] = rowsOf<T>(await query);
    return row ?? null;
  }

  /** How many rows match; counting stops at `cap`. */
  async count(table: TenantTable, where?: SQL, cap?: number): Promise<number> {
    const matching = this.#drizzle
      .select({ one: drizzleSql`1`.as("one") })
      .from(asTable(table))
      .where(this.#mineAnd(table, where));
    const counted = (cap === undefined ? matching : matching.limit(cap)).as("counted");
    const [row] = await this.#drizzle.select({ n: countOf() }).from(counted);
    return row?.n ?? 0;
  }

  /** Inserts and returns the rows as stored; the tenant is set here. */
  async insert<T extends TenantTable>(
    table: T,
    values: NewRow<T> | NewRow<T>[],
    options: { onConflictDoNothing?: true } = {},
  ): Promise<Rows<T>> {
    const list = (Array.isArray(values) ? values : [values]).map((row) => ({ ...row, tenantId: this.tenantId }));
    if (list.length === 0) return [];
    const query = this.#drizzle.insert(asTable(table)).values(list as never[]);
    return rowsOf<T>(await (options.onConflictDoNothing ? query.onConflictDoNothing() : query).returning());
  }

  /** A conditional write: no row back means the condition no longer held. */
  async update<T extends TenantTable>(table: T, changes: Changes<T>, where: SQL): Promise<Rows<T>> {
    const query = this.#drizzle
      .update(asTable(table))
      .set(changes as never)
      .where(this.#mineAnd(table, where));
    return rowsOf<T>(await query.returning());
  }

  async delete<T extends TenantTable>(table: T, where: SQL): Promise<number> {
    return (await this.#drizzle.delete(asTable(table)).where(this.#mineAnd(table, where)).returning()).length;
  }

  /**
   * A statement by hand, for joins and hot paths. It must contain `${db.mine()}` or `${db.mine("alias")}`; instants come
   * back as Date, int8 as number, jsonb parsed.
   */
  sql<R extends object = Row>(text: TemplateStringsArray, ...values: unknown[]): PendingQuery<R[]> {
    if (!values.some((value) => value instanceof Mine)) {
      throw new Error(`a statement without the tenant predicate: ${text.join("?").slice(0, 120)}`);
    }
    const parameters = values.map((value) => (value instanceof Mine ? value.fragment : value)) as RawParameter[];
    return this.#raw<R[]>(text, ...parameters);
  }

  /**
   * A constant statement of a hot path, prepared once a connection. `$1` is the tenant, put in here, and the text must
   * compare `tenant_id = $1`; `parameters` are `$2` onwards.
   */
  prepared<R extends object = Row>(text: string, parameters: unknown[]): PendingQuery<R[]> {
    const checked = preparedPredicate(text);
    return this.#raw.unsafe<R[]>(checked, [this.tenantId, ...parameters] as never[], { prepare: true });
  }

  /** A piece of a statement to be put into `sql`. */
  fragment(text: TemplateStringsArray, ...values: unknown[]) {
    const parameters = values.map((value) => (value instanceof Mine ? value.fragment : value)) as RawParameter[];
    return this.#raw(text, ...parameters);
  }

  /** The tenant predicate of a statement by hand: `alias.tenant_id = <this tenant>`. */
  mine(alias?: string): Mine {
    return new Mine(rawPredicate(this.#raw, alias, this.tenantId));
  }

  /** The database's clock, cut to milliseconds: the only clock that orders anything. */
  async now(): Promise<Date> {
    const [row] = await this.#raw<{ now: Date }[]>`select date_trunc('milliseconds', clock_timestamp()) as now`;
    if (row === undefined) throw new Error("the database told no time");
    return row.now;
  }

  #mineAnd(table: TenantTable, where?: SQL): SQL | undefined {
    const predicate = predicateOf(eq(table.tenantId, this.tenantId));
    return where === undefined ? predicate : and(predicate, where);
  }
}

class Mine {
  constructor(readonly fragment: unknown) {}
}

/**
 * Runs `work` in one transaction of the principal's tenant (READ COMMITTED, app role, row security set). With `isSnapshot`
 * all its statements see one state of the database, without a lock, and none may write.
 */
export function asTenant<T>(
  principal: Principal,
  work: (db: TenantDb) => Promise<T>,
  options: { isSnapshot?: boolean } = {},
): Promise<T> {
  const opening = { text: OPEN, parameters: [principal.tenantId], deadlineMs: null, ...options };
  return inTransaction(pool(), opening, (sql) => work(new TenantDb(sql, principal)));
}

function drizzleOver(raw: Sql): PgDatabase<never> {
  const session = new PostgresJsSession(raw, dialect, undefined, {});
  return new PgDatabase(dialect, session as never, undefined) as PgDatabase<never>;
}

// drizzle's builders want a concrete table to infer columns from; the generic table's own type is put back by rowsOf.
function asTable(table: TenantTable): PgTable {
  return table;
}

function rowsOf<T extends TenantTable>(rows: unknown): Rows<T> {
  return rows as Rows<T>;
}
