// What was asked for and is not done yet. The queue is filled from these rows and can be lost without losing a job: a row
// goes away when its job is done, or has been given up.

import type PgBoss from "pg-boss";
import { asSystem, type SystemSql } from "@/server/platform/db/system-db";
import { executorOn } from "./boss";
import type { AnyJob, JobIds } from "./define-job";
import { deadQueueOf } from "./queues";

/** A job runs for as long as whoever runs it says so, and for that long after it has last been heard of. */
export const LEASE_S = 30;
const MOST = 500;

/** A job as the queue hands it out. */
export type Taken = { queue: string; id: string; data: { request_id: string; ids: JobIds } };

type Request = { tenant_id: string; id: string; job: string; payload: Record<string, string> };

/** Puts what is requested into the queue, once each; names the jobs of which there are new ones. */
export function fillQueue(boss: PgBoss, jobs: ReadonlyMap<string, AnyJob>): Promise<ReadonlySet<string>> {
  return asSystem("jobs: fill the queue", async (sql) => {
    // One at a time, so that nobody puts in again what another has seen done meanwhile.
    const [lock] = await sql<{ mine: boolean }[]>`select pg_try_advisory_xact_lock(704013) as mine`;
    if (lock?.mine !== true) return new Set();
    const rows = await nextRequests(sql, jobs);
    const inserts = rows.flatMap((row) => insertOf(row, jobs.get(row.job)));
    if (inserts.length > 0) await boss.insert(inserts, { db: executorOn(sql) });
    return new Set(rows.map(({ job }) => job));
  });
}

// Of a job that comes one per tenant only the tenant's next is put in, once the one before is done: so tenants take turns, and
// who asks for twenty at once is in nobody's way. One that failed waits for its next try and keeps no other back.
function nextRequests(sql: SystemSql, jobs: ReadonlyMap<string, AnyJob>): Promise<Request[]> {
  const inTurns = [...jobs.values()].filter((job) => job.isOnePerTenant).map(({ name }) => name);
  return sql<Request[]>`
    select waiting.tenant_id, waiting.id, waiting.job, waiting.payload from (
      select r.*, row_number() over (partition by r.tenant_id, r.job order by r.requested_at, r.id) as place
      from job_requests r
      where r.job = any(${[...jobs.keys()]}::text[])
        and not exists (select from pgboss.job j where j.name = r.job and j.id = r.id)
    ) waiting
    where waiting.job <> all(${inTurns}::text[]) or (waiting.place = 1 and not exists (
      select from pgboss.job j where j.name = waiting.job and j.state in ('created', 'active')
        and j.data #>> '{ids,tenant_id}' = waiting.tenant_id::text))
    order by waiting.requested_at, waiting.id limit ${MOST}`;
}

// The tenant is the one that row security saw, whatever the payload says.
function insertOf(request: Request, job: AnyJob | undefined): PgBoss.JobInsert[] {
  if (job === undefined) return [];
  return [
    {
      id: request.id,
      name: request.job,
      data: { request_id: request.id, ids: { ...request.payload, tenant_id: request.tenant_id } },
      retryLimit: job.retries,
      retryDelay: job.firstRetryS,
      retryBackoff: true,
      expireInSeconds: LEASE_S,
      deadLetter: deadQueueOf(request.job),
    },
  ];
}

/** The job is over: it leaves the queue and the requests together. */
export async function finishJob(boss: PgBoss, { queue, id, data }: Taken): Promise<void> {
  await asSystem("jobs: work the queue", async (sql) => {
    await boss.complete(queue, id, {}, { db: executorOn(sql) });
    await sql`delete from job_requests where tenant_id = ${data.ids.tenant_id} and id = ${data.request_id}`;
  });
}

/** Says that these are still being worked on. */
export async function renewLeases(queue: string, ids: readonly string[]): Promise<void> {
  await asSystem(
    "jobs: work the queue",
    (sql) => sql`
      update pgboss.job set started_on = now() where name = ${queue} and id = any(${[...ids]}::uuid[]) and state = 'active'`,
  );
}
