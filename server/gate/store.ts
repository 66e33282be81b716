// The gate's statements. Constant texts, prepared once a connection. Reading order is the lock order: runs first, then
// counters, and only then, in new statements, the state that they protect. Where no lock is waited for, `lookAtRuns` reads
// the runs' state with their locks and says when it has to be read again.

import { runs, steps } from "@/db/schema/activity";
import { selectList } from "@/server/platform/db/bulk";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { CounterAddress } from "./readings";
import type { RunRow, StepRow } from "./rows";

const runColumns = selectList(runs, "r", ["answer"]);
const stepColumns = selectList(steps, "s");

const LOCK = `select ${runColumns} from runs r where r.tenant_id = $1 and r.run_id = any($2::uuid[]) order by r.run_id for no key update of r`;

/** Locks runs in id order. */
export function lockRuns(db: TenantDb, runIds: readonly string[]) {
  return db.prepared<RunRow>(LOCK, [runIds]);
}

const READ_RUNS = `select ${runColumns} from runs r where r.tenant_id = $1 and r.run_id = any($2::uuid[])`;

export function readRuns(db: TenantDb, runIds: readonly string[]) {
  return db.prepared<RunRow>(READ_RUNS, [runIds]);
}

const UNSETTLED = `select ${stepColumns} from steps s where s.tenant_id = $1 and s.run_id = any($2::uuid[])
  and s.state in ('open', 'lapsed', 'presumed')`;

export function readUnsettled(db: TenantDb, runIds: readonly string[]) {
  return db.prepared<StepRow>(UNSETTLED, [runIds]);
}

export type KnownRow = StepRow & {
  toldSeq: number | null;
  kind: string;
  requestHash: Buffer | null;
  told: number | null;
  answer: Buffer | null;
};

// `limit` in a lateral look-up keeps the planner from reading the tenant's whole table to join with a few keys, which it
// otherwise does as long as it believes the table to be small.
const toldOf = `left join lateral (
    select a.seq, a.kind, a.request_hash, a.answer_status, a.answer from trace_records a
    where a.tenant_id = $1 and a.run_id = s.run_id and a.seq in (s.admitted_seq, s.result_seq) limit 2) a on true`;

type KeyColumn = "step_index" | "step_id";
const allKeys: readonly KeyColumn[] = ["step_index", "step_id"];

const knownBy = (
  keys: string,
  column: KeyColumn,
) => `select ${stepColumns}, a.seq as "toldSeq", a.kind, a.request_hash as "requestHash",
    a.answer_status as told, a.answer
  from json_to_recordset(${keys}::json) k(run_id uuid, step_index int, step_id uuid)
  cross join lateral (select * from steps s where s.tenant_id = $1 and s.run_id = k.run_id and s.${column} = k.${column} limit 1) s
  ${toldOf} where k.${column} is not null`;

// `$2` are the runs.
const stepsUnder = (keys: string, columns: readonly KeyColumn[]) => `
  ${columns.map((column) => `${knownBy(keys, column)} union all`).join(" ")}
  select ${stepColumns}, null, null, null, null, null from steps s
  where s.tenant_id = $1 and s.run_id = any($2::uuid[]) and s.state in ('open', 'lapsed', 'presumed')`;

const STEPS = stepsUnder("$3", allKeys);

export type StepKey = { run_id: string; step_index: number | null; step_id: string | null };

/** The steps under the keys of a batch, with what was told about them, and every unsettled step of its runs. */
export function readSteps(db: TenantDb, runIds: readonly string[], keys: readonly StepKey[]) {
  return db.prepared<KnownRow>(STEPS, [runIds, JSON.stringify(keys)]);
}

const LAST = `select ${stepColumns} from runs r cross join lateral (
    select * from steps s where s.tenant_id = $1 and s.run_id = r.run_id
    and s.step_index in (r.last_step_index, (r.memory #>> '{pause,violation,step_index}')::int) limit 2) s
  where r.tenant_id = $1 and r.run_id = any($2::uuid[])`;

/** The steps an end without a step of its own may mark as the inflection. */
export function readLastSteps(db: TenantDb, runIds: readonly string[]) {
  return db.prepared<StepRow>(LAST, [runIds]);
}

export type ControlRow = { policyEpoch: number; now: Date };

const CONTROL = `select c.policy_epoch as "policyEpoch", date_trunc('milliseconds', clock_timestamp()) as now
  from tenant_controls c where c.tenant_id = $1`;

export function readControl(db: TenantDb) {
  return db.prepared<ControlRow>(CONTROL, []);
}

export type KeyRow = { id: string; status: string; isExpired: boolean };

const keysIn = (
  ids: string,
) => `select k.id, k.status, coalesce(k.expires_at <= clock_timestamp(), false) as "isExpired"
  from api_keys k where k.tenant_id = $1 and k.id = any(${ids}::uuid[])`;
const KEYS = keysIn("$2");

export function readKeys(db: TenantDb, keyIds: readonly string[]) {
  return db.prepared<KeyRow>(KEYS, [keyIds]);
}

/** An open freeze: the flag itself. */
export type OpenFreeze = { id: string; type: string; targetId: string };

// Those of runs are left to the runs asked for, `$2`: they stay open when their run is long over.
const FREEZES = `select f.id, f.type, f.target_id as "targetId" from freezes f where f.tenant_id = $1 and f.lifted_at is null
  and (f.type <> 'run' or f.target_id = any($2::uuid[]::text[]))`;

const HEAD = `select c.policy_epoch as "policyEpoch", date_trunc('milliseconds', clock_timestamp()) as now,
    (select json_agg(x) from (${keysIn("$3")}) x) as keys,
    (select json_agg(x) from (${FREEZES}) x) as freezes
  from tenant_controls c where c.tenant_id = $1`;

export type HeadRow = ControlRow & { keys: KeyRow[] | null; freezes: OpenFreeze[] | null };

/** The tenant's control row, the posters' keys, and the open freezes: epoch, status and flags, read anew with every batch. */
export function readHead(db: TenantDb, runIds: readonly string[], keyIds: readonly string[]) {
  return db.prepared<HeadRow>(HEAD, [runIds, keyIds]);
}

// What is no run's own stands in the first row alone.
const aside = (rows: string) => `case when row_number() over () = 1 then (select json_agg(x) from (${rows}) x) end`;

const lookBy = (
  columns: readonly KeyColumn[],
) => `with locked as materialized (select r.ctid as place, ${runColumns} from runs r
    where r.tenant_id = $1 and r.run_id = any($2::uuid[]) order by r.run_id for no key update of r skip locked)
  select c.policy_epoch as "policyEpoch", date_trunc('milliseconds', clock_timestamp()) as now,
    ${aside(keysIn("$3"))} as keys, ${aside(FREEZES)} as freezes, ${aside(stepsUnder("$4", columns))} as known,
    l.place <> (select q.ctid from runs q where q.tenant_id = $1 and q.run_id = l."runId") as "isStale", l.*
  from tenant_controls c left join locked l on true where c.tenant_id = $1`;

const LOOKS = { index: lookBy(["step_index"]), id: lookBy(["step_id"]), both: lookBy(allKeys) };

/** What the keys do not name is not looked for: a statement costs by what it could do. */
function lookFor(keys: readonly StepKey[]): string {
  if (keys.every((key) => key.step_index === null)) return LOOKS.id;
  return keys.every((key) => key.step_id === null) ? LOOKS.index : LOOKS.both;
}

type LookRow = HeadRow & { known: KnownRow[] | null; isStale: boolean | null; place: string | null };
type Looked = { runs: RunRow[]; known: KnownRow[]; head: HeadRow | undefined; isStale: boolean };

/** Locks the runs that nobody holds, and reads what `readSteps` and `readHead` do. */
export async function lookAtRuns(
  db: TenantDb,
  asked: { runIds: readonly string[]; keyIds: readonly string[]; keys: readonly StepKey[] },
): Promise<Looked> {
  const rows = await db.prepared<LookRow & RunRow>(lookFor(asked.keys), [
    asked.runIds,
    asked.keyIds,
    JSON.stringify(asked.keys),
  ]);
  const runs: RunRow[] = [];
  let isAnyStale = false;
  for (const { policyEpoch, now, keys, freezes, known, isStale, place, ...run } of rows) {
    // Of a tenant none of whose runs could be locked there is one row, with no run in it.
    if (place !== null) runs.push(run);
    isAnyStale ||= isStale === true;
  }
  const known = (rows[0]?.known ?? []).map(knownFromJson);
  return { runs, known, head: rows[0], isStale: isAnyStale };
}

// JSON has neither instants nor bytes.
function knownFromJson(row: KnownRow): KnownRow {
  return {
    ...row,
    lapsesAt: row.lapsesAt && new Date(row.lapsesAt),
    recordedAt: new Date(row.recordedAt),
    settledAt: row.settledAt && new Date(row.settledAt),
    requestHash: row.requestHash && bytesOf(row.requestHash),
    answer: row.answer && bytesOf(row.answer),
  };
}

function bytesOf(text: unknown): Buffer {
  return Buffer.from(String(text).slice(2), "hex");
}

const COUNTER_KEYS = `json_to_recordset($2::json) k(limit_id uuid, scope_key text, window_start timestamptz(3), scope_rank int)`;

// Nothing was counted yet, so a new counter's last instant is its window's start: later ones order by the clock.
const ENSURE_COUNTERS = `insert into limit_counters
  (tenant_id, limit_id, scope_key, window_start, scope_rank, used, reserved, presumed, unpriced, signalled, last_at)
  select t.tenant_id, k.limit_id, k.scope_key, k.window_start, k.scope_rank, 0, 0, 0, false, '', k.window_start
  from ${COUNTER_KEYS}, (select c.tenant_id from tenant_controls c where c.tenant_id = $1) t
  order by k.scope_rank, k.limit_id, k.scope_key, k.window_start on conflict do nothing`;

const LOCK_COUNTERS = `select c.limit_id as "limitId", c.scope_key as "scopeKey", c.window_start as "windowStart", c.used, c.reserved,
  c.presumed, c.unpriced, c.signalled, c.last_at as "lastAt" from limit_counters c join ${COUNTER_KEYS}
  on c.limit_id = k.limit_id and c.scope_key = k.scope_key and c.window_start = k.window_start
  where c.tenant_id = $1 order by c.scope_rank, c.limit_id, c.scope_key, c.window_start for no key update of c`;

export type LockedCounter = {
  limitId: string;
  scopeKey: string;
  windowStart: Date;
  used: number;
  reserved: number;
  presumed: number;
  unpriced: boolean;
  signalled: "" | "near" | "breach";
  lastAt: Date;
};

export function counterJson(addresses: readonly CounterAddress[]): string {
  return JSON.stringify(
    addresses.map((one) => ({
      limit_id: one.limitId,
      scope_key: one.scopeKey,
      window_start: one.windowStart,
      scope_rank: one.limit?.scope_rank ?? 0,
    })),
  );
}

export function ensureCounters(db: TenantDb, addresses: readonly CounterAddress[]) {
  return db.prepared(ENSURE_COUNTERS, [counterJson(addresses)]);
}

export function lockCounters(db: TenantDb, addresses: readonly CounterAddress[]) {
  return db.prepared<LockedCounter>(LOCK_COUNTERS, [counterJson(addresses)]);
}

const READ_COUNTERS = LOCK_COUNTERS.replace(" for no key update of c", "");

/** As `lockCounters`, for those who only look. */
export function readCounters(db: TenantDb, addresses: readonly CounterAddress[]) {
  return db.prepared<LockedCounter>(READ_COUNTERS, [counterJson(addresses)]);
}

const SNAPSHOT = `select p.id, p.run_id as "runId", p.set_hash as "setHash", p.canonical, p.content_hash as "contentHash",
  p.policy_count as "policyCount", s.canonical as "setCanonical"
  from policy_snapshots p join policy_sets s on s.tenant_id = $1 and s.set_hash = p.set_hash
  where p.tenant_id = $1 and p.id = any($2::uuid[])`;

export type StoredSnapshot = {
  id: string;
  runId: string;
  setHash: Buffer;
  canonical: Buffer;
  contentHash: Buffer;
  policyCount: number;
  setCanonical: Buffer;
};

export function readSnapshots(db: TenantDb, snapshotIds: readonly string[]) {
  return db.prepared<StoredSnapshot>(SNAPSHOT, [snapshotIds]);
}
