// One batch: what was committed unnumbered gets its number, its leaf, its nodes and, for audit entries, its link in the
// audit chain, in one transaction. A process that dies in between has done nothing.

import { H } from "@/server/evidence/hash";
import { leafBytes } from "@/server/evidence/leaf";
import { leafHash, newNodes } from "@/server/evidence/merkle";
import { evidenceKey } from "@/server/platform/audit/leaf-sources";
import type { SystemSql } from "@/server/platform/db/system-db";
import { halt, withinTenant } from "./halt";
import {
  advance,
  BATCH,
  insertChain,
  insertLeaves,
  insertNodes,
  knownLeaves,
  type Leaf,
  type LogState,
  lastIndex,
  lockLog,
  logState,
  MissingNode,
  type Place,
  removeSources,
  type SourceRow,
  sourceOf,
  sourcesAfter,
  walkLog,
} from "./log-store";
import { type Refused, rowHashes, type Sorted, sortSources } from "./source-check";

export type Appended = {
  /** Leaves in the log now. */
  size: number;
  appended: number;
  /** Where the next batch begins; null when there is none. */
  next: Place | null;
};

/** Moves the sources behind `after`, at most one batch, and halts the tenant's signing at what must not become a leaf. */
export async function appendBatch(sql: SystemSql, tenantId: string, after: Place | null): Promise<Appended> {
  await lockLog(sql, tenantId);
  const state = await logState(sql, tenantId);
  const sources = await sourcesAfter(sql, tenantId, after);
  const last = sources.at(-1);
  const next = last !== undefined && sources.length === BATCH ? { at: last.at, id: last.id } : null;
  if (sources.length === 0) return { size: state.size, appended: 0, next: null };
  const sorted = await sorting(sql, tenantId, sources);
  const broken = await put(sql, tenantId, { state, sorted });
  if (broken !== null) {
    await halt(sql, tenantId, { state, reason: broken });
    return { size: state.size, appended: 0, next: null };
  }
  if (sorted.refused.length > 0) await halt(sql, tenantId, { state, reason: reasonOf(sorted.refused) });
  return { size: state.size + sorted.good.length, appended: sorted.good.length, next };
}

async function sorting(sql: SystemSql, tenantId: string, sources: readonly SourceRow[]): Promise<Sorted> {
  const leaves = await knownLeaves(sql, tenantId, sources);
  const rows = await withinTenant(sql, tenantId, () => rowHashes(sql, tenantId, sources));
  return sortSources(sources, { tenantId, key: evidenceKey(), leaves, rows });
}

/** Appends and takes the sources away. Null, or why the log cannot be appended to; then nothing was done. */
export async function put(
  sql: SystemSql,
  tenantId: string,
  { state, sorted }: { state: LogState; sorted: Pick<Sorted, "good" | "known"> },
): Promise<string | null> {
  const { good, known } = sorted;
  const last = await lastIndex(sql, tenantId);
  if (last !== state.size - 1) return `The log has ${last + 1} leaves where ${state.size} were written`;
  const leaves = good.map((source, at) => leafOf(tenantId, source, state.size + at));
  const hashes = leaves.map((leaf) => leaf.leaf_hash);
  const nodes = await walkLog(sql, tenantId, (read) => newNodes(state.size, hashes, read)).catch(orMissing);
  if (nodes instanceof MissingNode) return `The log cannot go on: ${nodes.message}`;
  const links = linksOf(state, good);
  const head = links.at(-1);
  await insertLeaves(sql, tenantId, leaves);
  await insertNodes(sql, tenantId, nodes);
  await insertChain(sql, tenantId, links);
  const to = { size: state.size + good.length, audit_seq: head?.seq ?? state.audit_seq };
  await advance(sql, tenantId, { ...to, audit_head: head?.hash ?? state.audit_head });
  await removeSources(
    sql,
    tenantId,
    [...good, ...known].map((source) => source.id),
  );
  return null;
}

function leafOf(tenantId: string, source: SourceRow, leaf_index: number): Leaf {
  return { ...source, leaf_index, leaf_hash: leafHash(leafBytes(sourceOf(tenantId, source))) };
}

/** c_n = H(audit-chain, c_{n−1} ‖ entry hash). */
function linksOf(state: LogState, good: readonly SourceRow[]): { seq: number; audit_id: string; hash: Buffer }[] {
  let [seq, head] = [state.audit_seq, state.audit_head];
  return good
    .filter((source) => source.kind === "audit")
    .map((source) => {
      seq += 1;
      head = H("audit-chain", head, source.hash);
      return { seq, audit_id: source.source_id, hash: head };
    });
}

/** Names the first, which is what to look at. */
function reasonOf(refused: readonly Refused[]): string {
  const [first] = refused;
  const more = refused.length > 1 ? ` (and ${refused.length - 1} more)` : "";
  return `${first?.source.kind} ${first?.source.source_id} was not put into the log, because ${first?.reason}${more}`;
}

export function orMissing(error: unknown): MissingNode {
  if (error instanceof MissingNode) return error;
  throw error;
}
