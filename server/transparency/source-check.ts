// What the log will not take. A source must have been written by the application (its MAC), must not contradict a leaf that
// is there, and must say what the row says that it was made from.

import { leafKinds } from "@/db/vocabulary";
import { isSourceMac } from "@/server/evidence/mac";
import type { SystemSql } from "@/server/platform/db/system-db";
import { type KnownLeaf, type SourceRow, sameLeaf, sourceOf } from "./log-store";

const KINDS: ReadonlySet<string> = new Set(leafKinds);

export type Refused = { source: SourceRow; reason: string };
export type Sorted = { good: SourceRow[]; known: SourceRow[]; refused: Refused[] };
type Checks = {
  tenantId: string;
  key: Uint8Array;
  leaves: readonly KnownLeaf[];
  /** Hash of the row behind a source; only kinds of `rowHashes`. */
  rows: ReadonlyMap<string, Buffer> | null;
};

/** Sorts sources into what becomes a leaf, what is one already, and what is refused. */
export function sortSources(sources: readonly SourceRow[], checks: Checks): Sorted {
  const sorted: Sorted = { good: [], known: [], refused: [] };
  const seen = new Map(checks.leaves.map((leaf) => [sameLeaf(leaf), leaf.hash]));
  for (const source of sources) {
    const name = sameLeaf(source);
    const before = seen.get(name);
    const reason = faultOf(source, checks) ?? contradiction(source, before);
    if (reason !== null) sorted.refused.push({ source, reason });
    else if (before !== undefined) sorted.known.push(source);
    else {
      seen.set(name, source.hash);
      sorted.good.push(source);
    }
  }
  return sorted;
}

function faultOf(source: SourceRow, { tenantId, key, rows }: Checks): string | null {
  // An instant that is none (infinity) can be in no leaf, and must not hold up those behind it.
  const isNever = Number.isNaN(source.at.getTime());
  if (isNever || !KINDS.has(source.kind) || !isSourceMac(key, sourceOf(tenantId, source), source.mac)) {
    return "it was not written by the application";
  }
  if (rows === null || !comparedKinds.has(source.kind)) return null;
  return rows.get(sameLeaf(source))?.equals(source.hash) === true ? null : "the row it was made from says otherwise";
}

function contradiction(source: SourceRow, before: Buffer | undefined): string | null {
  return before === undefined || before.equals(source.hash) ? null : "the log has another hash for it";
}

/** Kinds whose rows the application's own statements hash, so that the sequencer need only read them. */
const comparedKinds: ReadonlySet<string> = new Set(["seal", "addendum", "snapshot", "audit"]);

/** The hashes that the rows behind these sources have now, by `sameLeaf`; under the tenant's own role. */
export async function rowHashes(
  sql: SystemSql,
  tenantId: string,
  sources: readonly SourceRow[],
): Promise<ReadonlyMap<string, Buffer>> {
  const idsOf = (kind: string) => sources.filter((source) => source.kind === kind).map((source) => source.source_id);
  const [runIds, late, snapshots, entries] = [idsOf("seal"), idsOf("addendum"), idsOf("snapshot"), idsOf("audit")];
  const found = await sql<{ name: string; hash: Buffer | null }[]>`
    select 'seal/' || id as name, t.seal_hash as hash from unnest(${uuids(runIds)}::uuid[]) as id
    cross join lateral (select seal_hash from traces where tenant_id = ${tenantId} and run_id = id limit 1) t
    union all
    select 'addendum/' || r.run_id || '/' || r.seq, r.hash
    from unnest(${late.map(runOf)}::uuid[], ${late.map(seqOf)}::int8[]) as w (run_id, seq)
    cross join lateral (select * from trace_records
      where tenant_id = ${tenantId} and run_id = w.run_id and seq = w.seq and kind = 'late' limit 1) r
    union all
    select 'snapshot/' || wanted, s.content_hash from unnest(${uuids(snapshots)}::uuid[]) as wanted
    cross join lateral (select content_hash from policy_snapshots where tenant_id = ${tenantId} and id = wanted limit 1) s
    union all
    select 'audit/' || wanted, a.entry_hash from unnest(${uuids(entries)}::uuid[]) as wanted
    cross join lateral (select entry_hash from audit_logs where tenant_id = ${tenantId} and id = wanted limit 1) a`;
  return new Map(found.flatMap(({ name, hash }) => (hash === null ? [] : [[name, hash]])));
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NOBODY = "00000000-0000-0000-0000-000000000000";

// A forged source may be named anything, and would fail the whole statement.
function uuids(ids: readonly string[]): string[] {
  return ids.filter((id) => UUID.test(id));
}

function runOf(id: string): string {
  const run = id.split("/")[0] ?? "";
  return UUID.test(run) ? run : NOBODY;
}

function seqOf(id: string): number {
  const seq = id.split("/")[1] ?? "";
  return /^\d{1,9}$/.test(seq) ? Number(seq) : -1;
}
