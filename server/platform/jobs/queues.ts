import postgres from "postgres";
import { bossOver, executorOn, QUEUE_SCHEMA } from "./boss";
import type { AnyJob } from "./define-job";

// Any number; the same for every process, so that two starting at once make the queues one after the other.
const PREPARE_LOCK = 704_012;

/** Where a job goes that has failed for the last time. */
export function deadQueueOf(name: string): string {
  return `${name}.dead`;
}

/**
 * Makes the queue's schema and a queue for each job, in one transaction. `url` is the owner's: a queue is a partition, which
 * neither of the app's roles may make. Only the system role may touch them.
 */
export async function prepareQueues(url: string, jobs: readonly AnyJob[]): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(${PREPARE_LOCK}::bigint)`;
      const boss = bossOver(executorOn(tx), { migrate: true });
      await boss.start();
      for (const { name } of jobs) {
        await boss.createQueue(deadQueueOf(name));
        await boss.createQueue(name);
      }
      await tx.unsafe(`grant usage on schema ${QUEUE_SCHEMA} to holdpoint_system`);
      await tx.unsafe(
        `grant select, insert, update, delete on ${QUEUE_SCHEMA}.job, ${QUEUE_SCHEMA}.archive to holdpoint_system`,
      );
      await tx.unsafe(`grant select on ${QUEUE_SCHEMA}.queue to holdpoint_system`);
    });
  } finally {
    await sql.end();
  }
}
