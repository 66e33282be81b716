// A tenant's log for tests: deeds as the product writes them, and a superuser's hand to change rows behind its back.

import { randomBytes } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import type { LeafKind } from "@/db/vocabulary";
import { writeAudit } from "@/server/platform/audit/audit";
import { type LeafDeed, writeLeafSources } from "@/server/platform/audit/leaf-sources";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";
import { inspect } from "@/server/platform/db/testing/test-database";

export const actAs = <T>(tenantId: string, work: (db: TenantDb) => Promise<T>): Promise<T> =>
  asTenant(systemPrincipal(tenantId, "test"), work);

/** `n` deeds, each its own kind of leaf that no row has to confirm. */
export async function putDeeds(tenantId: string, n: number, kind: LeafKind = "bundle"): Promise<LeafDeed[]> {
  const deeds = Array.from({ length: n }, (_, at) => ({
    ...{ kind, id: uuidv7(), hash: randomBytes(32) },
    at: new Date(Date.now() + at),
  }));
  await actAs(tenantId, (db) => writeLeafSources(db, deeds));
  return deeds;
}

/** Audit entries, with the sources that come with them. */
export async function putAudits(tenantId: string, n: number): Promise<void> {
  const entries = Array.from({ length: n }, (_, at) => ({
    ...{ action: "test.done", entity_type: "thing", entity_id: `thing-${at}`, detail: { at } },
  }));
  await actAs(tenantId, (db) => writeAudit(db, entries));
}

/** What only somebody past triggers and row security can do. */
export async function asIntruder(text: string, values: unknown[] = []): Promise<number> {
  return inspect().begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    return (await tx.unsafe(text, values as never[])).count;
  });
}

export async function leavesOf(tenantId: string) {
  return inspect()<{ leaf_index: number; kind: string; source_id: string; leaf_hash: Buffer; hash: Buffer }[]>`
    select leaf_index::int, kind, source_id, leaf_hash, hash from log_leaves where tenant_id = ${tenantId} order by 1`;
}

export async function stateOf(tenantId: string) {
  const [state] = await inspect()`
    select size::int, audit_seq::int, checkpoint_size::int, halted_at, halt_reason from log_states
    where tenant_id = ${tenantId}`;
  return state;
}

export async function waiting(tenantId: string): Promise<number> {
  const [row] = await inspect()`select count(*)::int as n from leaf_sources where tenant_id = ${tenantId}`;
  return row?.n;
}

export type Kept = { back(): Promise<void> };

/**
 * Remembers these tables' rows of a tenant; `back` puts the tables back as they were, past every trigger: what a restored
 * backup looks like.
 */
export async function keepRows(tenantId: string, tables: readonly string[]): Promise<Kept> {
  const sql = inspect();
  const named = tables.map(async (table) => {
    const columns = (await columnsOf(table)).map(({ name }) => name).join(", ");
    return { table, columns, kept: `kept_${table}_${randomBytes(4).toString("hex")}` };
  });
  const names = await Promise.all(named);
  for (const { table, columns, kept } of names) {
    await sql.unsafe(`create table ${kept} as select ${columns} from ${table} where tenant_id = $1`, [tenantId]);
  }
  return {
    back: () =>
      sql.begin(async (tx) => {
        await tx`set local session_replication_role = replica`;
        for (const { table, columns, kept } of names) {
          await tx.unsafe(
            `delete from ${table} where tenant_id = $1 or (tenant_id = $2 and exists (select from ${kept}))`,
            [tenantId, STOLEN],
          );
          await tx.unsafe(`insert into ${table} (${columns}) select ${columns} from ${kept}`);
        }
      }),
  };
}

/** The tenant that rows are moved to when their tenant_id is what is changed. */
export const STOLEN = "0197d000-0000-7000-8000-00000000dead";

export const logTables = ["log_leaves", "log_nodes", "log_states", "checkpoints", "audit_chain", "audit_logs"] as const;

export type Column = { name: string; type: string };

export function columnsOf(table: string): Promise<Column[]> {
  return inspect()<Column[]>`
    select column_name::text as name, data_type::text as type from information_schema.columns
    where table_schema = 'public' and table_name = ${table} and is_generated = 'NEVER' order by 1`;
}

/** Another value of the column's type, made from the one that stands there. */
export function another({ name, type }: Column): string {
  const of: Record<string, string> = {
    uuid: `'${STOLEN}'::uuid`,
    text: `coalesce(${name}, '') || 'x'`,
    integer: `coalesce(${name}, 0) + 1000`,
    bigint: `coalesce(${name}, 0) + 1000`,
    jsonb: `'{"another": 1}'::jsonb`,
    bytea: `set_byte(coalesce(${name}, '\\x00'), 0, get_byte(coalesce(${name}, '\\x00'), 0) # 1)`,
    "timestamp with time zone": `coalesce(${name}, clock_timestamp()) + interval '1 millisecond'`,
  };
  const made = of[type];
  if (made === undefined) throw new Error(`no other value of type ${type} for ${name}`);
  return made;
}
