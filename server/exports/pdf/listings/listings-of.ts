// All tables of a document, in the order in which their annexes would follow.

import type { Listing } from "@/server/exports/pdf/listing";
import { incidentListings } from "@/server/exports/pdf/listings/incident-listings";
import { periodListings } from "@/server/exports/pdf/listings/period-listings";
import { runListings } from "@/server/exports/pdf/listings/run-listings";
import type { AnyBundle } from "@/server/exports/pdf/pdf-model";

export function listingsOf(bundle: AnyBundle): Listing[] {
  switch (bundle.bundle_type) {
    case "evidence":
      return [...runListings(bundle), ...incidentListings(bundle)];
    case "soc2":
      return [...runListings(bundle), ...periodListings(bundle), ...incidentListings(bundle)];
    case "executive_debrief":
      return incidentListings(bundle);
  }
}
