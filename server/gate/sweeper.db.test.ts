// One sweeper for all tenants: none of them takes it from the others, whatever is wrong with its runs.

import { v7 as uuidv7 } from "uuid";
import { expect, test } from "vitest";
import { startSweeper, sweepOnce } from "@/server/gate/sweeper";
import { GateWorld, together, until } from "@/server/gate/testing/gate-world";
import { holdRun } from "@/server/gate/testing/held-rows";
import { inspect } from "@/server/platform/db/testing/test-database";

/** Silent since yesterday: the sweep ends it. */
async function makeDue(gate: GateWorld, ago = "1 day"): Promise<void> {
  await inspect()`
    update runs set last_seen_at = last_seen_at - ${ago}::interval, due_at = clock_timestamp() - ${ago}::interval
    where tenant_id = ${gate.tenant.tenantId} and completed_at is null`;
}

/** Rows that no gate writes: whoever decides such a run fails. */
async function breakRuns(gate: GateWorld): Promise<void> {
  await inspect()`update runs set memory = 'null' where tenant_id = ${gate.tenant.tenantId}`;
}

test("runs that cannot be decided hold up nobody, and come back later each time", async () => {
  const bad = await GateWorld.mint();
  const good = await GateWorld.mint();
  await bad.rule({ rule_type: "time_limit", metric: "run.duration_ms", threshold: 1, enforcement: "stop" });
  const honest = await good.start();
  await together(8, async () => {
    for (let i = 0; i < 30; i++) await bad.send("", { agent_id: "x" });
  });
  const memory = (await bad.rows("runs"))[0]?.memory as object;
  await breakRuns(bad);
  await makeDue(bad);
  await makeDue(good, "1 hour");
  await sweepOnce();
  expect(await good.get(honest)).toMatchObject({ status: "failed", termination_reason: "timeout" });
  await sweepOnce();
  expect(await bad.count("runs", "completed_at is null")).toBe(240);
  expect(await bad.count("runs", "due_at > clock_timestamp()")).toBe(240);

  const waits = async () =>
    (
      await inspect()`
    select max(extract(epoch from due_at - clock_timestamp())) as s from runs where tenant_id = ${bad.tenant.tenantId}`
    )[0];
  const first = Number((await waits())?.s);
  await makeDue(bad);
  await sweepOnce();
  expect(Number((await waits())?.s)).toBeGreaterThan(first);

  await inspect()`update runs set memory = ${inspect().json({ ...memory })} where tenant_id = ${bad.tenant.tenantId}`;
  await makeDue(bad);
  await sweepOnce();
  await sweepOnce();
  expect(await bad.count("runs", "completed_at is null")).toBe(0);
}, 120_000);

test("a tenant whose run is held elsewhere keeps no other tenant waiting", async () => {
  const [slow, quick] = [await GateWorld.mint(), await GateWorld.mint()];
  const [held, run] = [await slow.start(), await quick.start()];
  await makeDue(slow);
  const lock = await holdRun(held.run_id);
  let isOver = false;
  const first = sweepOnce().then(() => {
    isOver = true;
  });
  await makeDue(quick);
  await sweepOnce();
  // Its own look may be the first sweep's: then that one is at it.
  await until(async () => (await quick.get(run)).status === "failed");
  expect(isOver).toBe(false);
  await lock.release();
  await first;
  await sweepOnce();
  expect(await slow.get(held)).toMatchObject({ status: "failed" });
});

test("a freeze that cannot be finished stops no other", async () => {
  const gate = await GateWorld.mint();
  const run = await gate.start();
  const add = (type: string, target: string) => inspect()`
    insert into freezes (tenant_id, id, type, target_id, reason, created_by)
    values (${gate.tenant.tenantId}, ${uuidv7()}, ${type}, ${target}, 'drill', 'policy:drill')`;
  await add("key", "no key has such an id");
  await add("agent", "invoice-bot");
  await sweepOnce();
  expect(await gate.get(run)).toMatchObject({ status: "cancelled", end_note: "frozen" });
  expect(await gate.rows("freezes", "effective_at is not null")).toMatchObject([{ target_id: "invoice-bot" }]);
});

test("once in a while it drops sessions that are over, and no other", async () => {
  const gate = await GateWorld.mint();
  const { userId } = gate.tenant;
  const session = (token: string, endsIn: string) => inspect()`
    insert into sessions (id, user_id, token, expires_at)
    values (${uuidv7()}, ${userId}, ${`${userId} ${token}`}, clock_timestamp() + ${endsIn}::interval)`;
  await session("over", "-1 second");
  await session("long over", "-90 days");
  await session("live", "1 minute");
  const left = async () =>
    (await inspect()<{ token: string }[]>`select token from sessions where user_id = ${userId}`).map(
      (row) => row.token,
    );
  const sweeper = startSweeper({ forgetEveryMs: 0 });
  await until(async () => (await left()).length === 1);
  sweeper.stop();
  expect(await left()).toEqual([`${userId} live`]);
});
