// A tenant that has been there for two months: runs, steps, incidents, violations, audit entries, in bulk.

import {
  auditText,
  bundlesText,
  enforcementsText,
  incidentEventsText,
  incidentsText,
  preventionsText,
  recordsText,
  runsText,
  signalsText,
  stepsText,
  tracesText,
} from "@/scripts/large-rows";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { asSystem } from "@/server/platform/db/system-db";
import { asTenant } from "@/server/platform/db/tenant-db";
import { policyClient } from "@/server/policies/testing/policy-client";

const CHUNK = 2_000;
const DAYS = 60;
const RULES = 40;
const LIMITS = 10;

/** In the order of their foreign keys. */
const texts = [
  ...[runsText, incidentsText, tracesText, stepsText, recordsText, signalsText, enforcementsText, preventionsText],
  ...[auditText, incidentEventsText, bundlesText],
];

/** Puts `runs` runs, twenty steps each on average, into a tenant that is there; `tell` hears how far it is. */
export async function fillTenant(tenantId: string, runs: number, tell: (done: number) => void): Promise<void> {
  const rules = await putPolicies(tenantId);
  const now = new Date();
  const first = new Date(now.getTime() - DAYS * 86_400_000);
  for (let from = 1; from <= runs; from += CHUNK) {
    const to = Math.min(runs, from + CHUNK - 1);
    const given = [from, to, first.toISOString(), runs, rules, now.toISOString()];
    await asTenant(systemPrincipal(tenantId, "seed"), async (db) => {
      for (const text of texts) await db.prepared(text, given);
    });
    tell(to);
  }
  await putEvents(tenantId);
}

async function putPolicies(tenantId: string): Promise<string[]> {
  const call = policyClient(systemPrincipal(tenantId, "seed"));
  const put = async (path: string, body: object): Promise<string> => {
    const answer = await call("POST", path, body);
    if (answer.status !== 201) throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return String(answer.body.policy_id ?? answer.body.limit_id);
  };
  const ids: string[] = [];
  for (let n = 1; n <= RULES; n += 1) {
    const scope = { type: "agent", ids: [`agent-${String(n).padStart(2, "0")}`] };
    const what = { metric: "run.tokens", threshold: 10_000, enforcement: n % 3 === 0 ? "warn" : "stop", scope };
    const rollout = n % 5 === 0 ? "shadow" : "active";
    ids.push(await put("/rules", { name: `Rule ${n}`, rule_type: "token_limit", rollout, ...what }));
  }
  for (let n = 1; n <= LIMITS; n += 1) {
    const window = { limit_category: "BUDGET", limit_type: "TOKENS", max_value: 1_000_000_000, reset_period: "daily" };
    await put("/limits", { name: `Limit ${n}`, ...window, scope: { type: "project", ids: [`project-${n}`] } });
  }
  return ids;
}

// As the relay would have numbered them; under its lock, for one may be at work.
function putEvents(tenantId: string): Promise<unknown> {
  return asSystem("events: number what happened", async (sql) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('events/' || ${tenantId}::text, 0))`;
    await sql`
      insert into events (tenant_id, seq, outbox_id, recorded_at, topic, entity_id, payload)
      select ${tenantId}, row_number() over (order by r.completed_at, r.run_id) + coalesce(
          (select max(e.seq) from events e where e.tenant_id = ${tenantId}), 0),
        gen_random_uuid(), r.completed_at, 'run.ended', r.run_id::text, jsonb_build_object('run_id', r.run_id)
      from runs r where r.tenant_id = ${tenantId} and r.completed_at is not null`;
  });
}
