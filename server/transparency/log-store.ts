// The rows behind the log, as the system role reads and writes them. One tenant at a time holds `lockLog`, so two
// sequencers, two processes or two machines never number the same leaf.

import type { LeafSource } from "@/server/evidence/mac";
import type { NodeReader, TreeNode } from "@/server/evidence/merkle";
import type { SystemSql } from "@/server/platform/db/system-db";

/** Sources of one batch. */
export const BATCH = 1_000;
const NO_ENTRY = Buffer.alloc(32);

export type LogState = {
  size: number;
  audit_seq: number;
  audit_head: Buffer;
  checkpoint_size: number;
  checkpoint_at: Date | null;
  checkpoint_count: number;
  halted_at: Date | null;
  halt_reason: string | null;
};

export type SourceRow = { id: string; kind: string; source_id: string; hash: Buffer; at: Date; mac: Buffer };
export type Leaf = SourceRow & { leaf_index: number; leaf_hash: Buffer };
export type Place = { at: Date; id: string };
type ChainEntry = { seq: number; audit_id: string; hash: Buffer };
export type NodeName = { level: number; index: number };

/** Held to the end of the transaction. */
export async function lockLog(sql: SystemSql, tenantId: string): Promise<void> {
  // Planned anew each time: a plan kept from when the tables were empty reads all of a tenant's entries for each leaf.
  await sql`
    select set_config('plan_cache_mode', 'force_custom_plan', true),
      pg_advisory_xact_lock(hashtextextended(${`log/${tenantId}`}, 0))`;
}

/** The tenant's state, made when it has none yet. Only under `lockLog`. */
export async function logState(sql: SystemSql, tenantId: string): Promise<LogState> {
  const found = await findState(sql, tenantId);
  if (found !== null) return found;
  await sql`insert into log_states (tenant_id, audit_head) values (${tenantId}, ${NO_ENTRY})`;
  return logState(sql, tenantId);
}

async function findState(sql: SystemSql, tenantId: string): Promise<LogState | null> {
  const [row] = await sql<LogState[]>`
    select size, audit_seq, audit_head, checkpoint_size, checkpoint_at, checkpoint_count, halted_at, halt_reason
    from log_states where tenant_id = ${tenantId}`;
  return row ?? null;
}

export async function sourcesAfter(sql: SystemSql, tenantId: string, after: Place | null): Promise<SourceRow[]> {
  const beyond = after === null ? sql`true` : sql`(at, id) > (${after.at}, ${after.id})`;
  return sql<SourceRow[]>`
    select id, kind, source_id, hash, at, mac from leaf_sources
    where tenant_id = ${tenantId} and ${beyond} order by at, id limit ${BATCH}`;
}

export type KnownLeaf = { leaf_index: number; kind: string; source_id: string; hash: Buffer };

/** Which of these are leaves already. */
export async function knownLeaves(
  sql: SystemSql,
  tenantId: string,
  sources: readonly SourceRow[],
): Promise<KnownLeaf[]> {
  const kinds = sources.map((source) => source.kind);
  const ids = sources.map((source) => source.source_id);
  return sql<KnownLeaf[]>`
    select l.leaf_index, wanted.kind, wanted.source_id, l.hash
    from unnest(${kinds}::text[], ${ids}::text[]) as wanted (kind, source_id)
    cross join lateral (select leaf_index, hash from log_leaves
      where tenant_id = ${tenantId} and kind = wanted.kind and source_id = wanted.source_id limit 1) l`;
}

/** The newest leaf's index; -1 where there is none. */
export async function lastIndex(sql: SystemSql, tenantId: string): Promise<number> {
  const [row] = await sql<{ leaf_index: number }[]>`
    select leaf_index from log_leaves where tenant_id = ${tenantId} order by leaf_index desc limit 1`;
  return row?.leaf_index ?? -1;
}

export async function insertLeaves(sql: SystemSql, tenantId: string, leaves: readonly Leaf[]): Promise<void> {
  const rows = leaves.map(({ leaf_index, kind, source_id, hash, at, mac, leaf_hash }) => ({
    ...{ leaf_index, kind, source_id, at },
    ...{ hash: hexOf(hash), mac: hexOf(mac), leaf_hash: hexOf(leaf_hash) },
  }));
  await sql`
    insert into log_leaves (tenant_id, leaf_index, kind, source_id, hash, at, mac, leaf_hash, appended_at)
    select ${tenantId}, leaf_index, kind, source_id, hash, at, mac, leaf_hash, clock_timestamp()
    from json_populate_recordset(null::log_leaves, ${JSON.stringify(rows)}::text::json)`;
}

export async function insertNodes(sql: SystemSql, tenantId: string, nodes: readonly TreeNode[]): Promise<void> {
  const rows = nodes.map(({ level, index, hash }) => ({ level, node_index: index, hash: hexOf(hash) }));
  await sql`
    insert into log_nodes (tenant_id, level, node_index, hash) select ${tenantId}, level, node_index, hash
    from json_populate_recordset(null::log_nodes, ${JSON.stringify(rows)}::text::json)`;
}

export async function insertChain(sql: SystemSql, tenantId: string, entries: readonly ChainEntry[]): Promise<void> {
  const rows = entries.map((entry) => ({ ...entry, hash: hexOf(entry.hash) }));
  await sql`
    insert into audit_chain (tenant_id, seq, audit_id, hash) select ${tenantId}, seq, audit_id, hash
    from json_populate_recordset(null::audit_chain, ${JSON.stringify(rows)}::text::json)`;
}

export async function removeSources(sql: SystemSql, tenantId: string, ids: readonly string[]): Promise<void> {
  await sql`delete from leaf_sources where tenant_id = ${tenantId} and id = any(${[...ids]}::uuid[])`;
}

export type Advance = Pick<LogState, "size" | "audit_seq" | "audit_head">;

export async function advance(sql: SystemSql, tenantId: string, to: Advance): Promise<void> {
  await sql`
    update log_states set size = ${to.size}, audit_seq = ${to.audit_seq}, audit_head = ${to.audit_head}
    where tenant_id = ${tenantId}`;
}

/**
 * Many nodes at once; those that are not there are missing from the answer. Lateral, here and elsewhere: how many leaves a
 * tenant has is what the planner knows least, and a join by hash would read them all.
 */
async function nodesOf(sql: SystemSql, tenantId: string, wanted: readonly NodeName[]): Promise<Map<string, Buffer>> {
  const levels = wanted.map(({ level }) => level);
  const indexes = wanted.map(({ index }) => index);
  const rows = await sql<{ level: number; index: number; hash: Buffer }[]>`
    select w.level, w.index, n.hash from unnest(${levels}::int4[], ${indexes}::int8[]) as w (level, index)
    cross join lateral (
      (select hash from log_nodes where w.level > 0
        and tenant_id = ${tenantId} and level = w.level and node_index = w.index limit 1)
      union all
      (select leaf_hash from log_leaves where w.level = 0 and tenant_id = ${tenantId} and leaf_index = w.index limit 1)) n`;
  return new Map(rows.map(({ level, index, hash }) => [`${level}/${index}`, hash]));
}

/** A node that must be there is not: the log's own rows contradict each other. */
export class MissingNode extends Error {
  override readonly name = "MissingNode";

  constructor({ level, index }: NodeName) {
    super(`the log has no node ${index} of level ${level}`);
  }
}

/**
 * Does a walk over the tree with one look-up for all the nodes it reads: which they are does not depend on what is in
 * them, so a first walk only asks. Throws MissingNode.
 */
export async function walkTree<T>(
  fetch: (wanted: readonly NodeName[]) => Promise<Map<string, Buffer>>,
  walk: (read: NodeReader) => Promise<T>,
): Promise<T> {
  const wanted: NodeName[] = [];
  await walk((level, index) => {
    wanted.push({ level, index });
    return NO_ENTRY;
  });
  const nodes = wanted.length === 0 ? new Map<string, Buffer>() : await fetch(wanted);
  return walk((level, index) => {
    const hash = nodes.get(`${level}/${index}`);
    if (hash === undefined) throw new MissingNode({ level, index });
    return hash;
  });
}

/** As walkTree, over the log of one tenant. */
export function walkLog<T>(sql: SystemSql, tenantId: string, walk: (read: NodeReader) => Promise<T>): Promise<T> {
  return walkTree((wanted) => nodesOf(sql, tenantId, wanted), walk);
}

export function sourceOf(tenantId: string, row: Pick<SourceRow, "kind" | "source_id" | "hash" | "at">): LeafSource {
  return {
    tenant_id: tenantId,
    kind: row.kind,
    id: row.source_id,
    hash: `sha256:${row.hash.toString("hex")}`,
    at: row.at.toISOString(),
  };
}

export function sameLeaf(row: Pick<SourceRow, "kind" | "source_id">): string {
  return `${row.kind}/${row.source_id}`;
}

function hexOf(bytes: Buffer): string {
  return `\\x${bytes.toString("hex")}`;
}
