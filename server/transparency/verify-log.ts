// The log against itself: every leaf and node is made again, every checkpoint opened. What was signed and given away
// cannot be put right here; whoever changed rows is named by the row that does not fit.

import { asc, desc, gte } from "drizzle-orm";
import { auditChain, checkpoints, logLeaves, logStates } from "@/db/schema/transparency";
import { newNodes, type TreeNode } from "@/server/evidence/merkle";
import type { NoteKey } from "@/server/evidence/signed-note";
import { evidenceKey } from "@/server/platform/audit/leaf-sources";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { HALTED } from "./halt";
import { faultOfCheckpoint, faultOfLeaf } from "./leaf-check";
import { MissingNode } from "./log-store";
import { leafWithoutRow } from "./lost-rows";
import { type LeafRow, nodesOf, rootOfFirst } from "./proofs";

const PAGE = 1_000;
/** Leaves of one answer, the newest; they take about two seconds. */
export const MOST_LEAVES = 20_000;
const MOST_CHECKPOINTS = 500;
/** A part of the log that is left out ends where a subtree does. */
const ALIGNED = 1_024;
/** No log is as long as a tree of so many levels; a stored level may be any number. */
const MOST_LEVELS = 62;

export type LogTable = "log_leaves" | "log_nodes" | "log_states" | "checkpoints" | "audit_chain";
/** `key` names the row: leaf index, level/index, size, or seq. */
export type LogFault = { table: LogTable; key: string; fault: string };
export type LogWalk = {
  size: number;
  checked: number;
  /** False where the log is longer than one walk. */
  isComplete: boolean;
  checkpointSize: number;
  haltReason: string | null;
  faults: number;
  first: LogFault | null;
};

type StateRow = typeof logStates.$inferSelect;
type Walker = LogWalk & { find(table: LogTable, key: string | number, fault: string): void };

/** `db` must read one state throughout (`asTenant` with `isSnapshot`). Null for a log that has not begun. */
export async function verifyLog(db: TenantDb, keys: readonly NoteKey[], limit = MOST_LEAVES): Promise<LogWalk | null> {
  const [state] = await db.rows(logStates, { limit: 1 });
  if (state === undefined) return (await hasRemains(db)) ? withoutState() : null;
  const walker = walkerOf(state);
  const start = state.size > limit ? Math.ceil((state.size - limit) / ALIGNED) * ALIGNED : 0;
  walker.isComplete = start === 0;
  await checkSizes(db, state, walker);
  await walkLeaves(db, { start, size: state.size }, walker);
  const lost = await leafWithoutRow(db, start);
  if (lost !== null) walker.find("log_leaves", lost, "of a row that is gone");
  await checkCheckpoints(db, { state, keys }, walker);
  await checkHalt(db, state, walker);
  const { find: _find, ...walk } = walker;
  return walk;
}

function walkerOf({
  size,
  checkpointSize,
  haltReason,
}: Pick<StateRow, "size" | "checkpointSize" | "haltReason">): Walker {
  const walker: Walker = {
    ...{ size, checkpointSize, haltReason, checked: 0, isComplete: true, faults: 0, first: null },
    find(table, key, fault) {
      walker.faults += 1;
      walker.first ??= { table, key: String(key), fault };
    },
  };
  return walker;
}

async function hasRemains(db: TenantDb): Promise<boolean> {
  return (await db.count(logLeaves, undefined, 1)) + (await db.count(checkpoints, undefined, 1)) > 0;
}

function withoutState(): LogWalk {
  const walker = walkerOf({ size: 0, checkpointSize: 0, haltReason: null });
  walker.find("log_states", "", "missing");
  const { find: _find, ...walk } = walker;
  return walk;
}

/** What is there beside the leaves: as many nodes and links as there must be, and none beyond. */
async function checkSizes(db: TenantDb, state: StateRow, walker: Walker): Promise<void> {
  const [counts] = await db.sql<{ leaves: number; audits: number; nodes: number; beyond: string | null }>`
    select (select count(*) from log_leaves l where ${db.mine("l")}) as leaves,
      (select count(*) from log_leaves l where ${db.mine("l")} and l.kind = 'audit') as audits,
      (select count(*) from log_nodes n where ${db.mine("n")}) as nodes,
      (select min(n.level || '/' || n.node_index) from log_nodes n
        where ${db.mine("n")} and (n.level not between 1 and ${MOST_LEVELS} or n.node_index < 0
          or (n.node_index::float8 + 1) * power(2, least(n.level, ${MOST_LEVELS})) > ${state.size})) as beyond`;
  if (counts === undefined) throw new Error("counting gave no row");
  if (counts.leaves !== state.size) walker.find("log_states", "size", "log_leaves has more or fewer");
  if (counts.beyond !== null) walker.find("log_nodes", counts.beyond, "beyond the log");
  else if (counts.nodes !== nodesIn(state.size))
    walker.find("log_nodes", "", "more or fewer than the log's size makes");
  if (counts.audits !== state.auditSeq) walker.find("log_states", "audit_seq", "log_leaves has more or fewer");
  const [last] = await db.rows(auditChain, { orderBy: [desc(auditChain.seq)], limit: 1 });
  const isHead = last === undefined ? state.auditSeq === 0 : last.seq === state.auditSeq;
  if (!isHead) walker.find("log_states", "audit_seq", "audit_chain ends elsewhere");
  else if (last !== undefined && !last.hash.equals(state.auditHead)) {
    walker.find("log_states", "audit_head", "audit_chain ends otherwise");
  }
}

function nodesIn(size: number): number {
  let nodes = 0;
  for (let width = Math.floor(size / 2); width > 0; width = Math.floor(width / 2)) nodes += width;
  return nodes;
}

async function walkLeaves(db: TenantDb, { start, size }: { start: number; size: number }, walker: Walker) {
  const made = new Map<string, Buffer>();
  for (let from = start; from < size; ) {
    const where = gte(logLeaves.leafIndex, from);
    const leaves = await db.rows(logLeaves, { where, orderBy: [asc(logLeaves.leafIndex)], limit: PAGE });
    const whole = leaves.filter((leaf, at) => leaf.leafIndex === from + at);
    for (const leaf of whole) checkLeaf(leaf, walker);
    walker.checked += whole.length;
    await checkNodes(db, { from, leaves: whole, made }, walker);
    if (whole.length < leaves.length || (whole.length < PAGE && from + whole.length < size)) {
      walker.find("log_leaves", from + whole.length, "missing");
      return;
    }
    from += whole.length;
  }
}

function checkLeaf(leaf: LeafRow, walker: Walker): void {
  const fault = faultOfLeaf(leaf, evidenceKey());
  if (fault !== null) walker.find("log_leaves", leaf.leafIndex, fault);
}

type Stretch = { from: number; leaves: readonly LeafRow[]; made: Map<string, Buffer> };

/** The nodes that these leaves complete, made again, against those that are stored. */
async function checkNodes(db: TenantDb, { from, leaves, made }: Stretch, walker: Walker): Promise<void> {
  for (const leaf of leaves) made.set(nameOf({ level: 0, index: leaf.leafIndex }), leaf.leafHash);
  const read = async (level: number, index: number) => {
    const known =
      made.get(nameOf({ level, index })) ?? (await nodesOf(db, [{ level, index }])).get(nameOf({ level, index }));
    if (known === undefined) throw new MissingNode({ level, index });
    return known;
  };
  const hashes = leaves.map((leaf) => leaf.leafHash);
  const nodes = await newNodes(from, hashes, read).catch((error: unknown): TreeNode[] => {
    if (!(error instanceof MissingNode)) throw error;
    walker.find("log_nodes", `before ${from}`, "missing");
    return [];
  });
  const stored = nodes.length === 0 ? new Map<string, Buffer>() : await nodesOf(db, nodes);
  for (const node of nodes) {
    made.set(nameOf(node), node.hash);
    if (stored.get(nameOf(node))?.equals(node.hash) !== true) walker.find("log_nodes", nameOf(node), "changed");
  }
}

function nameOf({ level, index }: Pick<TreeNode, "level" | "index">): string {
  return `${level}/${index}`;
}

type Signing = { state: StateRow; keys: readonly NoteKey[] };

async function checkCheckpoints(db: TenantDb, { state, keys }: Signing, walker: Walker): Promise<void> {
  const orderBy = [desc(checkpoints.signedAt), desc(checkpoints.size)];
  const rows = await db.rows(checkpoints, { orderBy, limit: MOST_CHECKPOINTS + 1 });
  if (rows.length > MOST_CHECKPOINTS) walker.isComplete = false;
  for (const row of rows.slice(0, MOST_CHECKPOINTS)) {
    const fault = faultOfCheckpoint(row, keys) ?? (await faultOfRoot(db, row.size, { root: row.rootHash, state }));
    if (fault !== null) walker.find("checkpoints", row.size, fault);
  }
  const [newest] = rows;
  const isNamed =
    newest === undefined
      ? state.checkpointAt === null && state.checkpointSize === 0
      : newest.size === state.checkpointSize && newest.signedAt.getTime() === state.checkpointAt?.getTime();
  if (!isNamed) walker.find("log_states", "checkpoint_size", "not the newest checkpoint");
  const signed = await db.count(checkpoints);
  if (signed !== state.checkpointCount) walker.find("log_states", "checkpoint_count", "checkpoints has more or fewer");
}

async function faultOfRoot(
  db: TenantDb,
  size: number,
  { root, state }: { root: Buffer; state: StateRow },
): Promise<string | null> {
  if (size > state.size) return "of more leaves than there are";
  try {
    return (await rootOfFirst(db, size)).equals(root) ? null : "of other leaves";
  } catch (error) {
    if (error instanceof MissingNode) return "of leaves that are gone";
    throw error;
  }
}

/** A halt is an incident's doing; one without it was written by somebody else. */
async function checkHalt(db: TenantDb, { haltedAt, haltReason }: StateRow, walker: Walker): Promise<void> {
  if (haltedAt === null) {
    if (haltReason !== null) walker.find("log_states", "halt_reason", "of no halt");
    return;
  }
  // The database compares the instants: a stored one need not be one that can be written here.
  const [incident] = await db.sql<{ reason: string | null }>`
    select i.error_message as reason from log_states s
    join incidents i on ${db.mine("i")} and i.error_code = ${HALTED} and i.created_at = s.halted_at
    where ${db.mine("s")} limit 1`;
  if (incident?.reason !== haltReason) walker.find("log_states", "halted_at", "of no incident");
}
