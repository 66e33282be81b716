// A run of so many steps that breaks its limit with the next one: made through the gate, as an agent would.

import { setTimeout as sleep } from "node:timers/promises";
import { v7 as uuidv7 } from "uuid";
import { stepBody, stepTokens } from "@/bench/workload";
import { postStep, startRun } from "@/server/gate/contract";
import { mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { client } from "@/server/platform/http/client";
import { policyClient } from "@/server/policies/testing/policy-client";

export type StoppedRun = { steps: number; key: string; incidentId: string };

const AT_ONCE = 8;
/** A change of the rules holds for runs that start a second later. */
const RULES_HOLD_MS = 1_100;

/** In a tenant of its own. Throws when the gate stops it at another step. */
export async function makeStoppedRun(port: number, steps: number): Promise<StoppedRun> {
  const tenant = await mintTenant();
  const limit = { name: "tokens of a run", rule_type: "token_limit", metric: "run.tokens", enforcement: "stop" };
  const call = policyClient(tenant.principal);
  const bound = await call("POST", "/rules", { ...limit, threshold: (steps + 0.5) * stepTokens });
  if (bound.status !== 201) throw new Error(`the limit was refused: ${JSON.stringify(bound.body)}`);
  await sleep(RULES_HOLD_MS);
  const run_id = uuidv7();
  const headers = { authorization: `Bearer ${tenant.key}` };
  const api = client({ origin: `http://127.0.0.1:${port}`, headers });
  const run = { run_id, agent_id: "invoice-bot", goal: "Pay what is due", provider: "openai", model: "gpt-4o-mini" };
  await api.call(startRun, { body: run });
  const post = () => api.call(postStep, { params: { run_id }, body: JSON.parse(stepBody()) });
  let left = steps;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      const { incident_id } = await post();
      if (incident_id !== null) throw new Error("the run was stopped too early");
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const { incident_id } = await post();
  if (incident_id === null) throw new Error("the run was not stopped");
  return { steps, key: tenant.key, incidentId: incident_id };
}
