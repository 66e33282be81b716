import type { ServerAction } from "@/components/data/use-action";
import type { BundleType } from "@/db/vocabulary";
import type { Export, Review } from "@/server/exports/contract";

/** The writes of exports, as server actions. */
export interface ExportActions {
  exports: Readonly<Record<BundleType, ServerAction<Export>>>;
  review: ServerAction<Review>;
}
