// A batch that waits for no lock reads everything in one statement; what commits while that begins must not be missed.

import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { GateWorld, used } from "@/server/gate/testing/gate-world";
import { inspect } from "@/server/platform/db/testing/test-database";

const LOOK_MS = 400;

/** Reading a run takes the gate that long, so that something can commit between what it sees and what it locks. */
async function slowly<T>(work: () => Promise<T>): Promise<T> {
  const sql = inspect();
  await sql.unsafe(`
    create function linger() returns boolean language plpgsql volatile as
      $$ begin perform pg_sleep(${LOOK_MS / 1000}); return true; end $$;
    create policy lingering on runs as restrictive for select to holdpoint_app using (linger())`);
  try {
    return await work();
  } finally {
    await sql.unsafe("drop policy lingering on runs; drop function linger()");
  }
}

it("B6: a key that is revoked with a change of the run, after the look began and before the lock, decides nothing", async () => {
  const world = await GateWorld.mint();
  const run = await world.start();
  await world.report(run, { step_index: 1 }, used(10));
  const { status } = await slowly(async () => {
    const posted = world.step(run, { step_index: 2, status: "success", usage: used(10) });
    await sleep(LOOK_MS / 2);
    await inspect().begin(async (sql) => {
      await sql`update api_keys set status = 'revoked', revoked_at = now() where tenant_id = ${world.tenant.tenantId}`;
      await sql`update runs set last_seen_at = last_seen_at where run_id = ${run.run_id}`;
    });
    return posted;
  });
  expect(status).toBe(401);
  const [found] = await inspect()<{ seq: number }[]>`select seq from runs where run_id = ${run.run_id}`;
  expect(found?.seq).toBe(1);
});
