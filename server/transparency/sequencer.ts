// Every process may run one; a tenant's lock makes it one at a time. It looks several times a second for what was
// committed unnumbered, gives every tenant its share, and signs what has waited long enough.

import type { NoteSigner } from "@/server/evidence/signed-note";
import { asSystem } from "@/server/platform/db/system-db";
import { once } from "@/server/platform/env/once";
import { log } from "@/server/platform/log/log";
import { appendBatch } from "./append";
import { LogHalted } from "./contract";
import { prepareSigning } from "./keys";
import type { Place } from "./log-store";
import { type Signed, signLog } from "./sign";

const REASON = "transparency: put into the log and sign";
const EVERY_MS = 200;
const AT_ONCE_MS = 5;
const SIGN_EVERY_MS = 1_000;
/** A leaf is signed for within 60 s; this leaves time for the signing itself. */
const UNSIGNED_MS = 50_000;
const UNSIGNED_LEAVES = 1_000;
const TENANTS_A_TURN = 200;
const AT_A_TIME = 4;
/** A tenant of which only refused sources are left is looked at again after so long. */
const REFUSED_PAUSE_MS = 5_000;

/** Puts everything that is committed now into the tenant's log, bad sources left aside. Doing it again does nothing. */
export async function sequenceNow(tenantId: string): Promise<{ size: number }> {
  for (let place: Place | null = null; ; ) {
    const { size, next } = await asSystem(REASON, (sql) => appendBatch(sql, tenantId, place));
    if (next === null) return { size };
    place = next;
  }
}

/**
 * Sequences, and signs a checkpoint over all of it at once; the newest one is given again when nothing has come since.
 * `also` sign too, while a key is being replaced. Throws LogHalted while the tenant's log may not be signed, and
 * SigningKeyMismatch.
 */
export async function signCheckpoint(tenantId: string, also: readonly NoteSigner[] = []): Promise<Signed> {
  await sequenceNow(tenantId);
  const signed = await asSystem(REASON, (sql) => signLog(sql, tenantId, also));
  if ("halted" in signed) throw LogHalted.with({ detail: signed.halted });
  return signed;
}

/** Starts this process's sequencer. */
export function startSequencer(): { stop(): void } {
  const turns = [every(EVERY_MS, sequenceWaiting), every(SIGN_EVERY_MS, signWaiting)];
  return {
    stop() {
      for (const turn of turns) turn.stop();
    },
  };
}

/** `work` says whether there is more to do at once. */
function every(pauseMs: number, work: () => Promise<boolean>): { stop(): void } {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const turn = async () => {
    let isMore = false;
    try {
      isMore = await work();
    } catch (error) {
      log.warn({ err: error }, "the sequencer failed; it tries again");
    }
    if (!stopped) timer = setTimeout(turn, isMore ? AT_ONCE_MS : pauseMs);
  };
  timer = setTimeout(turn, pauseMs);
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

function pauses(): Map<string, number> {
  return once("sequencer-pauses", () => new Map<string, number>());
}

/** One batch for each tenant that has anything, so that none waits for another's backlog. */
async function sequenceWaiting(): Promise<boolean> {
  const now = Date.now();
  for (const [tenantId, until] of pauses()) if (until <= now) pauses().delete(tenantId);
  const tenants = await tenantsWithSources([...pauses().keys()]);
  const outcomes = await eachOf(tenants, sequenceOne);
  return tenants.length === TENANTS_A_TURN || outcomes.some((isMore) => isMore);
}

/** At most one batch of good sources, wherever in the queue they stand behind refused ones. */
async function sequenceOne(tenantId: string): Promise<boolean> {
  for (let place: Place | null = null; ; ) {
    const { appended, next } = await asSystem(REASON, (sql) => appendBatch(sql, tenantId, place));
    if (appended > 0) return next !== null;
    if (next === null) {
      pauses().set(tenantId, Date.now() + REFUSED_PAUSE_MS);
      return false;
    }
    place = next;
  }
}

async function signWaiting(): Promise<boolean> {
  await prepareSigning();
  const tenants = await tenantsToSign();
  await eachOf(tenants, async (tenantId) => {
    const signed = await asSystem(REASON, (sql) => signLog(sql, tenantId));
    return "halted" in signed;
  });
  return tenants.length === TENANTS_A_TURN;
}

/** A few at a time; one that fails holds up nobody. */
async function eachOf(tenants: readonly string[], work: (tenantId: string) => Promise<boolean>): Promise<boolean[]> {
  const waiting = [...tenants];
  const outcomes: boolean[] = [];
  const worker = async () => {
    for (let tenantId = waiting.shift(); tenantId !== undefined; tenantId = waiting.shift()) {
      try {
        outcomes.push(await work(tenantId));
      } catch (error) {
        log.warn({ err: error, tenant_id: tenantId }, "a tenant's log could not be brought up to date; later again");
      }
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return outcomes;
}

// From tenant to tenant along the primary key: `distinct` would read every source of a backlog each time.
async function tenantsWithSources(without: readonly string[]): Promise<string[]> {
  const rows = await asSystem(
    REASON,
    (sql) => sql<{ tenant_id: string }[]>`
      with recursive found as (
        (select tenant_id from leaf_sources order by tenant_id limit 1)
        union all
        select (select s.tenant_id from leaf_sources s where s.tenant_id > f.tenant_id order by s.tenant_id limit 1)
        from found f where f.tenant_id is not null)
      select tenant_id from found where tenant_id is not null and tenant_id <> all(${[...without]}::uuid[])
      order by random() limit ${TENANTS_A_TURN}`,
  );
  return rows.map((row) => row.tenant_id);
}

async function tenantsToSign(): Promise<string[]> {
  const rows = await asSystem(
    REASON,
    (sql) => sql<{ tenant_id: string }[]>`
      select s.tenant_id from log_states s
      left join log_leaves l on l.tenant_id = s.tenant_id and l.leaf_index = s.checkpoint_size
      where s.halted_at is null and s.size > s.checkpoint_size
        and (s.size - s.checkpoint_size >= ${UNSIGNED_LEAVES} or l.appended_at is null
          or l.appended_at < clock_timestamp() - make_interval(secs => ${UNSIGNED_MS / 1_000}))
      order by random() limit ${TENANTS_A_TURN}`,
  );
  return rows.map((row) => row.tenant_id);
}
