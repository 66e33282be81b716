// Signing a checkpoint. First the log must contain everything that was signed before: what the file outside the database
// says, and what the database's own newest checkpoint says. Only leaves that are committed are signed, and the file has the
// note before anybody else does.

import { v7 as uuidv7 } from "uuid";
import { checkpointText, readCheckpoint } from "@/server/evidence/checkpoint";
import { originOf } from "@/server/evidence/leaf";
import { EMPTY_ROOT, rootAt } from "@/server/evidence/merkle";
import { isSignedBy, type NoteSigner, openNote, signNote } from "@/server/evidence/signed-note";
import type { SystemSql } from "@/server/platform/db/system-db";
import { orMissing } from "./append";
import { checkpointFile, type Head } from "./checkpoint-file";
import { halt } from "./halt";
import { currentSigning, signerOf } from "./keys";
import { type LogState, lastIndex, lockLog, logState, MissingNode, walkLog } from "./log-store";
import { rootSince } from "./unsigned";

export type Signed = { size: number; root: Buffer; note: string };
type Halted = { halted: string };
type NewestRow = { size: number; root_hash: Buffer; note: string };

/** Signs what the log holds now, or says why it may not be. `also` sign too, while a key is being replaced. */
export async function signLog(
  sql: SystemSql,
  tenantId: string,
  also: readonly NoteSigner[] = [],
): Promise<Signed | Halted> {
  await lockLog(sql, tenantId);
  const state = await logState(sql, tenantId);
  if (state.halted_at !== null) return { halted: state.halt_reason ?? "The log is halted" };
  const signing = await currentSigning(sql);
  const origin = originOf(signing.deploymentId, tenantId);
  const signers = [signerOf(signing, tenantId), ...also];
  const newest = await newestCheckpoint(sql, tenantId, state);
  if (newest === "gone") return stop(sql, tenantId, { state, reason: "The newest checkpoint is not in the database" });
  const broken = await breakOf(sql, tenantId, { state, origin, newest });
  if (broken !== null) return stop(sql, tenantId, { state, reason: broken });
  const signed = await signedHead(sql, tenantId, { state, origin, signers });
  const root = await rootSince(sql, tenantId, { signed, size: state.size });
  if (typeof root === "string") return stop(sql, tenantId, { state, reason: root });
  if (
    newest?.size === state.size &&
    newest.root_hash.equals(root) &&
    signers.every((one) => isSignedBy(newest.note, one))
  ) {
    return { size: state.size, root, note: newest.note };
  }
  return sign(sql, tenantId, { head: { origin, size: state.size, root }, signers });
}

async function stop(sql: SystemSql, tenantId: string, why: { state: LogState; reason: string }): Promise<Halted> {
  await halt(sql, tenantId, why);
  return { halted: why.reason };
}

/** Only after `breakOf` found nothing, or an owner acknowledged what it found. */
export async function sign(
  sql: SystemSql,
  tenantId: string,
  { head, signers }: { head: Head; signers: readonly NoteSigner[] },
): Promise<Signed> {
  const [clock] = await sql<{ now: Date }[]>`select date_trunc('milliseconds', clock_timestamp()) as now`;
  if (clock === undefined) throw new Error("the database told no time");
  const signedAt = clock.now;
  const note = signNote(checkpointText({ ...head, at: signedAt.toISOString() }), signers);
  // Before COMMIT on purpose: its leaves are committed already, so the file can only be ahead of the list of
  // checkpoints, never of the log.
  await checkpointFile().append({ tenantId, head, signedAt, note });
  await sql`
    insert into checkpoints (tenant_id, id, size, root_hash, note, signed_at)
    values (${tenantId}, ${uuidv7()}, ${head.size}, ${head.root}, ${note}, ${signedAt})`;
  await sql`
    update log_states set checkpoint_size = ${head.size}, checkpoint_at = ${signedAt},
      checkpoint_count = checkpoint_count + 1
    where tenant_id = ${tenantId}`;
  return { size: head.size, root: head.root, note };
}

type Compared = { state: LogState; origin: string; newest: NewestRow | null };

/** Why the log is not the continuation of what was signed; null when it is. */
async function breakOf(sql: SystemSql, tenantId: string, { state, origin, newest }: Compared): Promise<string | null> {
  const last = await lastIndex(sql, tenantId);
  if (last !== state.size - 1) return `The log has ${last + 1} leaves where ${state.size} were written`;
  if ((await rootOf(sql, tenantId, state.size)) === null) return "The log lacks nodes that were written";
  const kept = await checkpointFile().headOf(tenantId);
  const inFile = kept && (await differenceFrom(sql, tenantId, { head: kept, state, origin }));
  if (inFile) return `${inFile} the checkpoint file`;
  const stored = newest && headOf(newest);
  if (newest !== null && stored === null) return "The newest checkpoint in the database is not what was signed";
  const inDatabase = stored && (await differenceFrom(sql, tenantId, { head: stored, state, origin }));
  return inDatabase ? `${inDatabase} the newest checkpoint in the database` : null;
}

/** The most that is shown to have been signed: by the file, or by a note of the database that one of these did sign. */
export async function signedHead(
  sql: SystemSql,
  tenantId: string,
  { state, origin, signers }: { state: LogState; origin: string; signers: readonly NoteSigner[] },
): Promise<{ size: number; root: Buffer }> {
  const newest = await newestCheckpoint(sql, tenantId, state);
  const isOurs = newest !== null && newest !== "gone" && signers.some((one) => isSignedBy(newest.note, one));
  let most = { size: 0, root: EMPTY_ROOT };
  for (const head of [await checkpointFile().headOf(tenantId), isOurs ? headOf(newest) : null]) {
    const isMore = head !== null && head.size > most.size;
    if (isMore && (await differenceFrom(sql, tenantId, { head, state, origin })) === null) most = head;
  }
  return most;
}

async function differenceFrom(
  sql: SystemSql,
  tenantId: string,
  { head, state, origin }: { head: Head; state: LogState; origin: string },
): Promise<string | null> {
  if (head.origin !== origin) return `The log is called ${origin}, and not ${head.origin} as in`;
  if (head.size > state.size) return `The log has ${state.size} leaves, fewer than the ${head.size} of`;
  const root = await rootOf(sql, tenantId, head.size);
  return root?.equals(head.root) === true ? null : `The first ${head.size} leaves of the log are not those of`;
}

function headOf({ size, root_hash, note }: NewestRow): Head | null {
  const checkpoint = readCheckpoint(openNote(note)?.text ?? "");
  const isOne = checkpoint?.size === size && checkpoint.root.equals(root_hash);
  return isOne ? { origin: checkpoint.origin, size, root: checkpoint.root } : null;
}

/** Null where nodes are missing. */
export async function rootOf(sql: SystemSql, tenantId: string, size: number): Promise<Buffer | null> {
  const root = await walkLog(sql, tenantId, (read) => rootAt(size, read)).catch(orMissing);
  return root instanceof MissingNode ? null : root;
}

/** The one that was signed last, which the state names: a forged row beside it does not come before it. */
async function newestCheckpoint(
  sql: SystemSql,
  tenantId: string,
  { checkpoint_size, checkpoint_at }: LogState,
): Promise<NewestRow | "gone" | null> {
  if (checkpoint_at === null) return null;
  const [row] = await sql<NewestRow[]>`
    select size, root_hash, note from checkpoints
    where tenant_id = ${tenantId} and size = ${checkpoint_size} and signed_at = ${checkpoint_at}`;
  return row ?? "gone";
}
