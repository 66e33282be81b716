// An owner has looked into why a log was halted and lets it go on from where it stands. What happened stays on record: the
// acknowledgement is an audit entry, so a leaf, and the checkpoint file says where the log begins anew. Rows that
// contradict each other cannot be acknowledged away: those come back from a backup.

import { originOf } from "@/server/evidence/leaf";
import { writeAudit } from "@/server/platform/audit/audit";
import { evidenceKey } from "@/server/platform/audit/leaf-sources";
import { asSystem, type SystemSql } from "@/server/platform/db/system-db";
import { put } from "./append";
import { checkpointFile, type Head } from "./checkpoint-file";
import { withinTenant } from "./halt";
import { currentSigning, signerOf } from "./keys";
import {
  BATCH,
  knownLeaves,
  type LogState,
  lastIndex,
  lockLog,
  logState,
  type SourceRow,
  sameLeaf,
  sourcesAfter,
} from "./log-store";
import { sequenceNow } from "./sequencer";
import { sign, signedHead } from "./sign";
import { rowHashes, sortSources } from "./source-check";
import { rootSince } from "./unsigned";

const REASON = "transparency: put into the log and sign";
const SHOWN = 100;

export type Acknowledged = {
  tenant_id: string;
  /** What had stopped the signing. */
  reason: string;
  /** Leaves of the log that goes on. */
  size: number;
  /** Sources whose rows say otherwise now: the log keeps what the application wrote. */
  kept: number;
  /** Sources that the application never wrote. */
  dropped: number;
};

/** Throws when the tenant's log is not halted, or its rows contradict each other. */
export async function acknowledgeLogBreak(tenantId: string): Promise<Acknowledged> {
  const known = await asSystem(REASON, (sql) => sql`select from tenants where id = ${tenantId}`);
  if (known.length === 0) throw new Error("There is no such tenant.");
  await sequenceNow(tenantId);
  const done = await asSystem(REASON, (sql) => acknowledge(sql, tenantId));
  await sequenceNow(tenantId);
  return done;
}

async function acknowledge(sql: SystemSql, tenantId: string): Promise<Acknowledged> {
  await lockLog(sql, tenantId);
  const state = await logState(sql, tenantId);
  if (state.halted_at === null) throw new Error("This tenant's log is not halted.");
  const { deploymentId, ...signing } = await currentSigning(sql);
  const [origin, signers] = [originOf(deploymentId, tenantId), [signerOf({ deploymentId, ...signing }, tenantId)]];
  const signed = await signedHead(sql, tenantId, { state, origin, signers });
  const root = await rootSince(sql, tenantId, { signed, size: state.size });
  if (typeof root === "string") throw new Error(`${root}: restore the database from a backup.`);
  if ((await lastIndex(sql, tenantId)) !== state.size - 1) {
    throw new Error("The log's own rows contradict each other: restore the database from a backup.");
  }
  const head: Head = { origin, size: state.size, root };
  const before = await checkpointFile().headOf(tenantId);
  const refused = await settleRefused(sql, tenantId, state);
  const { acknowledgedAt, checkpointCount } = await goOn(sql, tenantId);
  const detail = {
    ...{ reason: state.halt_reason, halted_at: state.halted_at.toISOString(), log_size: state.size },
    ...{
      log_root: root.toString("hex"),
      file_size: before?.size ?? null,
      file_root: before?.root.toString("hex") ?? null,
    },
    ...{ checkpoints_signed: state.checkpoint_count, checkpoints_left: checkpointCount },
    ...{ kept: refused.kept.slice(0, SHOWN).map(sameLeaf), dropped: refused.dropped.slice(0, SHOWN).map(sameLeaf) },
  };
  await withinTenant(sql, tenantId, (db) =>
    writeAudit(db, [{ action: "log.break_acknowledged", entity_type: "log", entity_id: tenantId, detail }]),
  );
  await checkpointFile().append({ tenantId, head, acknowledgedAt });
  await sign(sql, tenantId, { head, signers });
  const { kept, dropped } = refused;
  const reason = state.halt_reason ?? "";
  return { tenant_id: tenantId, reason, size: state.size, kept: kept.length, dropped: dropped.length };
}

/** Lifts the halt. Checkpoints that are gone by now count no more. */
async function goOn(sql: SystemSql, tenantId: string): Promise<{ acknowledgedAt: Date; checkpointCount: number }> {
  const [row] = await sql<{ now: Date; n: number }[]>`
    update log_states set halted_at = null, halt_reason = null,
      checkpoint_count = (select count(*) from checkpoints c where c.tenant_id = ${tenantId})
    where tenant_id = ${tenantId}
    returning date_trunc('milliseconds', clock_timestamp()) as now, checkpoint_count::int as n`;
  if (row === undefined) throw new Error("the log has no state");
  return { acknowledgedAt: row.now, checkpointCount: row.n };
}

/** What the application did write goes into the log, whatever its row says now; what it did not write goes away. */
async function settleRefused(
  sql: SystemSql,
  tenantId: string,
  state: LogState,
): Promise<{ kept: SourceRow[]; dropped: SourceRow[] }> {
  const sources = await sourcesAfter(sql, tenantId, null);
  if (sources.length === BATCH) {
    throw new Error(`At least ${BATCH} sources were refused: remove the forged ones from leaf_sources first.`);
  }
  const leaves = await knownLeaves(sql, tenantId, sources);
  const rows = await withinTenant(sql, tenantId, () => rowHashes(sql, tenantId, sources));
  const checks = { tenantId, key: evidenceKey(), leaves };
  const agreeing = new Set(sortSources(sources, { ...checks, rows }).good);
  const written = sortSources(sources, { ...checks, rows: null });
  const dropped = written.refused.map(({ source }) => source);
  const sorted = { good: written.good, known: [...written.known, ...dropped] };
  const broken = await put(sql, tenantId, { state, sorted });
  if (broken !== null) throw new Error(broken);
  return { kept: written.good.filter((source) => !agreeing.has(source)), dropped };
}
