import { tenantControls } from "@/db/schema/tenancy";
import type { SlaHours } from "@/server/incidents/rules";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { GateSettings } from "@/server/policies/settings";

/** The tenant's hours per severity, as its settings say now. */
export async function slaHoursOf(db: TenantDb): Promise<SlaHours> {
  const [controls] = await db.rows(tenantControls, { limit: 1 });
  return GateSettings.parse(controls?.settings ?? {}).sla_hours;
}
