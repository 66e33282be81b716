// The SOC2 bundle: the evidence of one incident, the population it comes from, and what both show of each criterion.

import { privilegedAccessIn } from "@/server/exports/content/access";
import { alertDeliveryOf } from "@/server/exports/content/alert-delivery";
import { headOf, signOff, systemStatement } from "@/server/exports/content/bundle-head";
import { controlDescriptionOf } from "@/server/exports/content/control-description";
import { controlMappingsOf } from "@/server/exports/content/control-statuses";
import { exceptionsIn } from "@/server/exports/content/exceptions";
import { type Period, periodOf } from "@/server/exports/content/period";
import { populationOf } from "@/server/exports/content/population";
import { responseFactsOf } from "@/server/exports/content/response-facts";
import { runContentOf } from "@/server/exports/content/run-content";
import { runFigures } from "@/server/exports/content/run-figures";
import type { SOC2Bundle, SOC2ControlMapping } from "@/server/exports/content/soc2-bundle-types";
import { type ContentRequest, readSubject, type Subject } from "@/server/exports/content/subject";
import { testFactsOf } from "@/server/exports/content/test-facts";
import { userEntityControls } from "@/server/exports/content/user-entity-controls";
import { instantText } from "@/server/exports/content/wording";
import type { TenantDb } from "@/server/platform/db/tenant-db";

/**
 * The SOC2 bundle of an incident. `db` must read one state throughout (`asTenant` with `isSnapshot`).
 * @throws NotFound when the tenant has no such incident, RangeError for a period that does not contain it.
 */
export async function soc2Content(db: TenantDb, request: ContentRequest): Promise<SOC2Bundle> {
  const subject = await readSubject(db, request);
  const period = periodIn(subject);
  const run = await runContentOf(subject);
  const mappings = controlMappingsOf(await testFactsOf(subject, run));
  const control = await controlDescriptionOf(subject, period, run.frozen);
  const population = await populationOf(subject, period);
  const exceptions = await exceptionsIn(subject, period, { population, versions: control.policy_versions });
  const privileged_access = await privilegedAccessIn(subject, period);
  const alert_delivery = await alertDeliveryOf(subject);
  const figures = await runFigures(subject, run.content, await responseFactsOf(subject));
  return {
    ...(await headOf(subject, "soc2", figures)),
    ...run.content,
    control_mappings: mappings,
    attestation_statement: statementOf(subject, mappings),
    compliance_period_start: period.start.toISOString(),
    compliance_period_end: period.end.toISOString(),
    period_basis: period.basis,
    preparer_notes: request.export.preparerNotes,
    ...{ auditor_notes: null, review_status: "PENDING", reviewed_by: null, reviewed_at: null },
    criteria_covered: mappings.map((mapping) => mapping.control_id),
    control,
    population,
    exceptions,
    privileged_access,
    alert_delivery,
    user_entity_controls: userEntityControls,
    sign_off: signOff,
  };
}

function periodIn({ request, incident, settings }: Subject): Period {
  const { periodStart: start, periodEnd: end } = request.export;
  const period = periodOf({ start, end }, incident.createdAt, settings.timezone);
  if (typeof period === "string") throw new RangeError(`not a period of this incident: ${period}`);
  return period;
}

function statementOf({ request, incident, at }: Subject, mappings: readonly SOC2ControlMapping[]): string {
  const statuses = mappings.map((mapping) => `${mapping.control_id} ${mapping.evidence_status}`).join(", ");
  return `${systemStatement} Bundle ${request.export.bundleId} was computed on ${instantText(at.toISOString())} from the records of incident ${incident.id}: ${statuses}. Each status follows from the tests listed with it and from nothing else.`;
}
