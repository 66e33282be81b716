// How often somebody may try: fixed windows counted in the database, so that all instances count together and a restart
// forgets nothing. Taking counts before the attempt is made, so parallel attempts cannot pass the limit.

import { v7 as uuidv7 } from "uuid";
import { asSystem } from "@/server/platform/db/system-db";
import { RateLimited } from "@/server/platform/http/problem";

export interface AttemptLimit {
  /** What is counted, without personal data: `sign-in/<hash>`. */
  key: string;
  max: number;
  windowSeconds: number;
}

/** Counts one attempt. Throws 429 `rate-limited` with the seconds until the window ends once `max` is passed. */
export async function takeAttempt({ key, max, windowSeconds }: AttemptLimit): Promise<void> {
  const taken = await asSystem("auth: the auth library's own tables", async (sql) => {
    const [row] = await sql<{ count: number; wait_ms: number }[]>`
      insert into rate_limits as r (id, key, count, last_request)
      select ${uuidv7()}::uuid, ${key}, 1, clock.ms from (select ${nowMs(sql)} as ms) clock
      on conflict (key) do update set
        count = case when r.last_request + ${windowSeconds * 1000}::bigint <= ${nowMs(sql)} then 1 else r.count + 1 end,
        last_request = case when r.last_request + ${windowSeconds * 1000}::bigint <= ${nowMs(sql)} then ${nowMs(sql)}
          else r.last_request end
      returning count, last_request + ${windowSeconds * 1000}::bigint - ${nowMs(sql)} as wait_ms`;
    if (row?.count === 1) await forgetOld(sql);
    return row;
  });
  if (taken === undefined || taken.count <= max) return;
  const seconds = Math.max(1, Math.ceil(taken.wait_ms / 1000));
  throw RateLimited.with({ detail: `Too many attempts: wait ${seconds} s.`, retry_after: seconds });
}

/** Takes an attempt back that turned out to be rightful. */
export async function returnAttempt(key: string): Promise<void> {
  await asSystem(
    "auth: the auth library's own tables",
    (sql) => sql`update rate_limits set count = count - 1 where key = ${key} and count > 0`,
  );
}

/** Forgets the attempts of that key: the right password came. */
export async function forgetAttempts(key: string): Promise<void> {
  await asSystem("auth: the auth library's own tables", (sql) => sql`delete from rate_limits where key = ${key}`);
}

type Sql = Parameters<Parameters<typeof asSystem>[1]>[0];

function nowMs(sql: Sql) {
  return sql`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`;
}

async function forgetOld(sql: Sql): Promise<void> {
  await sql`
    delete from rate_limits where id in (
      select id from rate_limits where last_request < ${nowMs(sql)} - 86400000 limit 100 for update skip locked)`;
}
