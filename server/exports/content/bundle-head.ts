// What stands at the head of every bundle: what it is about, how it was produced, where it may be checked, what it cannot show.

import { exportFormats } from "@/db/vocabulary";
import { membershipRoleOf } from "@/server/exports/content/access";
import type { BundleHead, KeyFigure, Production, SignOff } from "@/server/exports/content/bundle-types";
import { incidentFactsOf } from "@/server/exports/content/incident-content";
import type { Subject } from "@/server/exports/content/subject";
import { bundleFormatOf, formOf } from "@/server/exports/rules";
import { known } from "@/server/incidents/wire";
import { product } from "@/server/platform/env/product";
import { policyEngine } from "@/server/policies/policy-set";

export const systemStatement = "System-generated statement; not an attestation.";

const scopeLimits = [
  "What a runner does not post is not covered: this shows what was reported to the gate, and that nothing reported was changed or left out afterwards.",
  "Tokens, costs, durations and start times of steps are the runner's claims unless marked otherwise; order, windows and all other times are the server's clock.",
  "Payloads are committed to by salted hashes; where payloads or salts were deleted, their commitments remain and say nothing.",
  "Without a copy of a checkpoint or receipt kept outside this server, an operator who holds the signing key could have rewritten the whole log.",
];

/** The head without its figures; call it last, when every question has been asked. */
export async function headOf<Type extends BundleHead["bundle_type"]>(
  subject: Subject,
  type: Type,
  keyFigures: KeyFigure[],
): Promise<BundleHead & { bundle_type: Type }> {
  const { db, request, tenantName, unknowns, at } = subject;
  return {
    bundle_id: request.export.bundleId,
    bundle_type: type,
    created_at: at.toISOString(),
    tenant_id: db.tenantId,
    tenant_name: tenantName,
    incident: incidentFactsOf(subject),
    key_figures: keyFigures,
    unknowns: [...unknowns],
    production: await productionOf(subject, type),
    statement: systemStatement,
    scope_limits: scopeLimits,
    verify: verifyOf(subject),
  };
}

const paths: Readonly<Record<BundleHead["bundle_type"], string>> = {
  evidence: "evidence",
  soc2: "soc2",
  executive_debrief: "executive-debrief",
};

async function productionOf(subject: Subject, type: BundleHead["bundle_type"]): Promise<Production> {
  const { db, request, settings, names, run, trace, at, questions } = subject;
  const { incidentId, requestedBy, exportReason, preparedFor, format, includeRawSteps } = request.export;
  return {
    produced_at: at.toISOString(),
    requested_by: names.of(requestedBy),
    requested_by_role: await membershipRoleOf(db, requestedBy),
    export_reason: exportReason,
    prepared_for: preparedFor,
    operation: `POST /api/v1/incidents/${incidentId}/export/${paths[type]}`,
    parameters: {
      format,
      include_raw_steps: includeRawSteps,
      compliance_period_start: request.export.periodStart?.toISOString() ?? null,
      compliance_period_end: request.export.periodEnd?.toISOString() ?? null,
    },
    as_of: (await db.now()).toISOString(),
    isolation: "one repeatable-read transaction of the database, read only",
    queries: questions.all(),
    engine: {
      product: product.name,
      version: product.version,
      decision_engine: trace?.engine ?? policyEngine,
      evidence_format: bundleFormatOf(known(exportFormats, format), run?.seq ?? 0),
      database: await databaseOf(subject),
    },
    time_zone: settings.timezone,
    clock: "the database server's, cut to milliseconds; instants are UTC",
  };
}

async function databaseOf({ db }: Subject): Promise<string> {
  const [row] = await db.sql<{ version: string }>`
    select 'PostgreSQL ' || current_setting('server_version') as version from tenant_controls c where ${db.mine("c")}`;
  return row?.version ?? "PostgreSQL";
}

function verifyOf({ request, run }: Subject): BundleHead["verify"] {
  const form = formOf(known(exportFormats, request.export.format), run?.seq ?? 0);
  return {
    address: `${request.address}/api/v1/exports/verify`,
    command: `node holdpoint-verify.mjs ${request.export.bundleId}.${form} --key holdpoint-keys.json`,
    keys_address: `${request.address}/.well-known/holdpoint-keys.json`,
  };
}

export const signOff: SignOff = {
  roles: ["Prepared by", "Reviewed by", "Approved by"].map((role) => ({
    ...{ role, name: null, signature: null, date: null },
  })),
};
