// A run of very many steps that breaks its limit with the next one: its first and its last are decided by the gate, the others
// are written beside it.

import { setTimeout as sleep } from "node:timers/promises";
import { v7 as uuidv7 } from "uuid";
import { startServer } from "@/bench/children";
import type { BenchDatabase } from "@/bench/database";
import { stepBody, stepTokens } from "@/bench/workload";
import { fillRun } from "@/server/exports/testing/fill-run";
import { postStep, startRun } from "@/server/gate/contract";
import { mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { client } from "@/server/platform/http/client";
import { policyClient } from "@/server/policies/testing/policy-client";

export type LongRun = { steps: number; key: string; runId: string; incidentId: string };

/** A change of the rules holds for runs that start a second later. */
const RULES_HOLD_MS = 1_100;

/** In a tenant of its own; the gate stops it with one step more than `steps`. */
export async function makeLongRun(database: BenchDatabase, steps: number): Promise<LongRun> {
  const tenant = await mintTenant();
  const limit = { name: "tokens of a run", rule_type: "token_limit", metric: "run.tokens", enforcement: "stop" };
  const call = policyClient(tenant.principal);
  const bound = await call("POST", "/rules", { ...limit, threshold: (steps + 0.5) * stepTokens });
  if (bound.status !== 201) throw new Error(`the limit was refused: ${JSON.stringify(bound.body)}`);
  await sleep(RULES_HOLD_MS);
  const runId = uuidv7();
  await atGate(database, tenant.key, async (api) => {
    await api.call(startRun, {
      body: { run_id: runId, agent_id: "invoice-bot", provider: "openai", model: "gpt-4o-mini" },
    });
    await api.call(postStep, { params: { run_id: runId }, body: JSON.parse(stepBody()) });
  });
  await fillRun(runId, steps);
  const incidentId = await atGate(database, tenant.key, async (api) => {
    const { incident_id } = await api.call(postStep, { params: { run_id: runId }, body: JSON.parse(stepBody()) });
    return incident_id;
  });
  if (incidentId === null) throw new Error("the run was not stopped");
  return { steps, key: tenant.key, runId, incidentId };
}

/** By a process of its own each time: what one holds of the run in memory is not true when its rows were written past it. */
async function atGate<T>(
  database: BenchDatabase,
  key: string,
  work: (api: ReturnType<typeof client>) => Promise<T>,
): Promise<T> {
  const server = await startServer(database, "product");
  try {
    const headers = { authorization: `Bearer ${key}` };
    return await work(client({ origin: `http://127.0.0.1:${server.port}`, headers }));
  } finally {
    server.close();
  }
}
