// Rows that somebody took away past every trigger: what is left agrees with itself, and no bundle is made of it.

import { describe, expect, it } from "vitest";
import { ask, detailOf, makeExportsWorld } from "@/server/exports/testing/exports-world";
import { sequenceNow } from "@/server/transparency/sequencer";
import { asIntruder } from "@/server/transparency/testing/log-world";

async function failureOf(tamper: (world: Awaited<ReturnType<typeof makeExportsWorld>>) => Promise<void>) {
  const world = await makeExportsWorld();
  await sequenceNow(world.tenantId);
  await tamper(world);
  const asked = await ask(world.member, world.incidentId, "evidence", { body: { format: "json" } });
  expect(asked.body).not.toHaveProperty("status", "ready");
  return (await detailOf(world.member, asked.body.bundle_id)).failure;
}

describe("C2: evidence that the log has and the rows have not", () => {
  it("a run taken back to before its end", async () => {
    const failure = await failureOf(async ({ tenantId, runId }) => {
      const end = "status = 'running', completed_at = null";
      await asIntruder("delete from trace_records where tenant_id = $1 and run_id = $2 and seq > 3", [tenantId, runId]);
      await asIntruder(
        `update traces set ${end}, root_hash = null, seal = null, seal_hash = null where tenant_id = $1 and run_id = $2`,
        [tenantId, runId],
      );
      await asIntruder(
        `update runs set ${end}, termination_reason = null, seq = 3 where tenant_id = $1 and run_id = $2`,
        [tenantId, runId],
      );
    });
    expect(failure).toContain("an end or a late result of this run");
  });

  it("an incident without one of its events", async () => {
    const failure = await failureOf(async ({ tenantId }) => {
      await asIntruder("delete from incident_events where tenant_id = $1", [tenantId]);
    });
    expect(failure).toContain("The row behind leaf");
  });
});
