import { type BundleType, bundleTypes } from "@/db/vocabulary";
import { debriefContent } from "@/server/exports/content/debrief-content";
import { evidenceContent } from "@/server/exports/content/evidence-content";
import { soc2Content } from "@/server/exports/content/soc2-content";
import type { ContentRequest } from "@/server/exports/content/subject";
import type { AnyBundle } from "@/server/exports/pdf/pdf-model";
import type { ExportRow } from "@/server/exports/store";
import { known } from "@/server/incidents/wire";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { typeBase } from "@/server/platform/http/answer";

const builders: Readonly<Record<BundleType, (db: TenantDb, request: ContentRequest) => Promise<AnyBundle>>> = {
  evidence: evidenceContent,
  soc2: soc2Content,
  executive_debrief: debriefContent,
};

/** What the bundle says, computed from one state of the database. */
export function bundleContent(db: TenantDb, row: ExportRow, members: ContentRequest["members"]): Promise<AnyBundle> {
  return builders[known(bundleTypes, row.bundleType)](db, { export: row, members, address: typeBase });
}
