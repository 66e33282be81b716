// Steps that never ran: those that a policy held back, without the ones that somebody let go on.

import { expect, test } from "vitest";
import { GateWorld, used } from "@/server/gate/testing/gate-world";
import { asTenant } from "@/server/platform/db/tenant-db";
import { preventedIn } from "./policy-facts";

test("a pause counts until its release is approved, a denied one for ever", async () => {
  const gate = await GateWorld.mint();
  await gate.rule({ threshold: 100, enforcement: "pause" });
  const period = { from: new Date(0), to: new Date("2999-01-01") };
  const prevented = () => asTenant(gate.tenant.principal, (db) => preventedIn(db, period));
  const decide = (run: { run_id: string }, decision: string) =>
    gate.manage("POST", `/runs/${run.run_id}/release`, { decision, reason: "looked at it" });

  const [approved, denied] = [await gate.start(), await gate.start()];
  for (const run of [approved, denied]) await gate.admit(run, { step_index: 1 }, 101);
  expect(await prevented()).toBe(2);
  await decide(denied, "deny");
  expect(await prevented()).toBe(2);
  await decide(approved, "approve");
  await gate.admit(approved, { step_index: 1 }, 101);
  await gate.result(approved, 1, used(101));
  expect(await prevented()).toBe(1);
});
