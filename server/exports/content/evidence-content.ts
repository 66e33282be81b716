import { headOf, signOff } from "@/server/exports/content/bundle-head";
import type { EvidenceBundle } from "@/server/exports/content/bundle-types";
import { responseFactsOf } from "@/server/exports/content/response-facts";
import { runContentOf } from "@/server/exports/content/run-content";
import { runFigures } from "@/server/exports/content/run-figures";
import { type ContentRequest, readSubject } from "@/server/exports/content/subject";
import type { TenantDb } from "@/server/platform/db/tenant-db";

/**
 * The evidence bundle of an incident, with or without a run. `db` must read one state throughout (`asTenant` with `isSnapshot`).
 * @throws NotFound when the tenant has no such incident.
 */
export async function evidenceContent(db: TenantDb, request: ContentRequest): Promise<EvidenceBundle> {
  const subject = await readSubject(db, request);
  const { content } = await runContentOf(subject);
  const figures = await runFigures(subject, content, await responseFactsOf(subject));
  return { ...(await headOf(subject, "evidence", figures)), ...content, sign_off: signOff };
}
