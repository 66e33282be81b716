// Gives what was written unnumbered its number. Serial ids commit out of order, so only what is committed is numbered: one
// numberer a tenant at a time, and a number stands for ever. Readers that go by it miss nothing.

import { asSystem, type SystemSql } from "@/server/platform/db/system-db";

/** In one turn, in equal shares: a tenant with much news does not make the others wait, and no turn takes long. */
const MOST_EVENTS = 2_000;
/** Tenants in one turn. */
const MOST_TENANTS = 1_000;

export type Numbered = {
  /** The tenants that have new events. */
  tenantIds: string[];
  /** There may be more to number at once. */
  isMore: boolean;
};

/**
 * Moves committed rows of the outbox to `events`, numbered from 1 on within each tenant and without a gap. What is
 * committed together, and what one entity goes through, keeps its order. Tenants that another process is at are left to it.
 */
export function numberEvents(): Promise<Numbered> {
  return asSystem("events: number what happened", async (sql) => {
    const tenantIds = await tenantsWithNews(sql);
    if (tenantIds.length === 0) return { tenantIds: [], isMore: false };
    const mine = await lockedTenants(sql, tenantIds);
    if (mine.length === 0) return { tenantIds: [], isMore: false };
    const share = Math.ceil(MOST_EVENTS / mine.length);
    const moved = await move(sql, mine, share);
    return {
      tenantIds: moved.map(({ tenant_id }) => tenant_id),
      isMore: tenantIds.length === MOST_TENANTS || moved.some(({ count }) => count === share),
    };
  });
}

// One step of the index for each tenant, however many rows it has.
async function tenantsWithNews(sql: SystemSql): Promise<string[]> {
  const rows = await sql<{ tenant_id: string }[]>`
    with recursive news(tenant_id) as (
      (select tenant_id from outbox order by tenant_id limit 1)
      union all
      select (select o.tenant_id from outbox o where o.tenant_id > n.tenant_id order by o.tenant_id limit 1)
      from news n where n.tenant_id is not null)
    select tenant_id from news where tenant_id is not null limit ${MOST_TENANTS}`;
  return rows.map(({ tenant_id }) => tenant_id);
}

// A statement of its own: the next one sees what was numbered under the lock before.
async function lockedTenants(sql: SystemSql, tenantIds: readonly string[]): Promise<string[]> {
  const rows = await sql<{ tenant_id: string; mine: boolean }[]>`
    select t.tenant_id, pg_try_advisory_xact_lock(hashtextextended('events/' || t.tenant_id::text, 0)) as mine
    from unnest(${[...tenantIds]}::uuid[]) t(tenant_id)`;
  return rows.filter(({ mine }) => mine).map(({ tenant_id }) => tenant_id);
}

type Moved = { tenant_id: string; count: number };

// `place` counts insertions: two deeds on one entity are one after the other, so the later one's is higher, and when the
// later one is committed so is the earlier.
async function move(sql: SystemSql, tenantIds: readonly string[], share: number): Promise<Moved[]> {
  return await sql<Moved[]>`
    with mine as (select tenant_id from unnest(${[...tenantIds]}::uuid[]) t(tenant_id)),
    taken as (
      delete from outbox o using (
        select next.tenant_id, next.id from mine cross join lateral (
          select x.tenant_id, x.id from outbox x where x.tenant_id = mine.tenant_id order by x.place limit ${share}) next) chosen
      where o.tenant_id = chosen.tenant_id and o.id = chosen.id
      returning o.tenant_id, o.id, o.recorded_at, o.topic, o.entity_id, o.payload, o.place),
    numbered as (
      insert into events (tenant_id, seq, outbox_id, recorded_at, topic, entity_id, payload)
      select k.tenant_id, row_number() over (partition by k.tenant_id order by k.place) + coalesce(
          (select e.seq from events e where e.tenant_id = k.tenant_id order by e.seq desc limit 1), 0),
        k.id, k.recorded_at, k.topic, k.entity_id, k.payload
      from taken k
      returning tenant_id)
    select tenant_id, count(*)::int as count from numbered group by tenant_id`;
}
