// What stands on every page of a document, drawn by either library.

import { moment } from "@/server/exports/pdf/figures";
import type { AnyBundle, PdfModel } from "@/server/exports/pdf/pdf-model";

export type Running = {
  kind: string;
  bundleId: string;
  bundleHash: string;
  /** Second line of the foot. */
  line: string;
};

const kinds: Record<AnyBundle["bundle_type"], string> = {
  evidence: "Evidence bundle",
  soc2: "SOC 2 evidence bundle",
  executive_debrief: "Executive debrief",
};

export function documentKind(bundle: AnyBundle): string {
  return kinds[bundle.bundle_type];
}

export function runningOf({ bundle, bundleHash }: PdfModel): Running {
  const classification = bundle.bundle_type === "executive_debrief" ? [bundle.classification] : [];
  return {
    kind: documentKind(bundle),
    bundleId: bundle.bundle_id,
    bundleHash,
    line: [
      bundle.bundle_id,
      `incident ${bundle.incident.incident_id}`,
      `generated ${moment(bundle.created_at)}`,
      ...classification,
    ].join("  ·  "),
  };
}
