// A log that is not what it should be is not signed any more. That is said once, as an incident of the tenant; whoever
// owns the tenant looks into it and has an operator acknowledge it.

import { v7 as uuidv7 } from "uuid";
import { type IncidentFacts, openIncident } from "@/server/incidents/open";
import { slaHoursOf } from "@/server/incidents/sla";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { enterTenant } from "@/server/platform/db/enter-tenant";
import type { SystemSql } from "@/server/platform/db/system-db";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { log } from "@/server/platform/log/log";
import type { LogState } from "./log-store";

/** The error code of the incidents that a halt opens. */
export const HALTED = "log_halted";

const COMPONENT = "sequencer";
const MAX_REASON = 500;

/** Goes on under the tenant's role and comes back; in the same transaction. */
export async function withinTenant<T>(
  sql: SystemSql,
  tenantId: string,
  work: (db: TenantDb) => Promise<T>,
): Promise<T> {
  const result = await enterTenant(sql, systemPrincipal(tenantId, COMPONENT), work);
  await sql`select set_config('role', 'holdpoint_system', true), set_config('app.tenant_id', '', true)`;
  return result;
}

/** Stops signing for the tenant and opens the incident, unless that has been done. Only under `lockLog`. */
export async function halt(sql: SystemSql, tenantId: string, { state, reason }: { state: LogState; reason: string }) {
  if (state.halted_at !== null) return;
  const text = reason.slice(0, MAX_REASON);
  log.error({ tenant_id: tenantId, reason: text }, "the tenant's log is not signed any more");
  const [row] = await sql<{ halted_at: Date }[]>`
    update log_states set halted_at = date_trunc('milliseconds', clock_timestamp()), halt_reason = ${text}
    where tenant_id = ${tenantId} and halted_at is null returning halted_at`;
  if (row === undefined) return;
  await withinTenant(sql, tenantId, async (db) => {
    await openIncident(db, factsOf({ text, at: row.halted_at, sla_hours: await slaHoursOf(db) }));
  });
}

// Each halt is its own source, so that a failure after an acknowledged one is an incident of its own.
function factsOf({ text, at, sla_hours }: { text: string } & Pick<IncidentFacts, "at" | "sla_hours">): IncidentFacts {
  return {
    run: null,
    source: "system",
    source_id: uuidv7(),
    type: "integrity_failure",
    severity: "critical",
    title: "The evidence log is not signed any more",
    description: `${text}. No checkpoint is signed until an owner has this acknowledged.`,
    error: { code: HALTED, message: text },
    at,
    sla_hours,
  };
}
