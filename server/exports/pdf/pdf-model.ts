// What a document is drawn from, as it goes into the worker thread.

import type { EvidenceBundle } from "@/server/exports/content/bundle-types";
import type { ExecutiveDebriefBundle } from "@/server/exports/content/debrief-bundle-types";
import type { SOC2Bundle } from "@/server/exports/content/soc2-bundle-types";

export type AnyBundle = EvidenceBundle | SOC2Bundle | ExecutiveDebriefBundle;

export type PdfModel = {
  bundle: AnyBundle;
  /** `sha256:<64 hex>`, printed on every page. */
  bundleHash: string;
  /** The JSON of the bundle, carried inside the document. */
  attachment: { name: string; bytes: Uint8Array };
};
