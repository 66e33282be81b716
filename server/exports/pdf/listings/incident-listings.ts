// The tables every document has: what happened to the incident, and what was asked of the database.

import type { IncidentTimelineEntry, Production, ProductionQuery } from "@/server/exports/content/bundle-types";
import { actorName, count, instant, words } from "@/server/exports/pdf/figures";
import type { Listing } from "@/server/exports/pdf/listing";

const ROWS_IN_PAGE = 40;

export function incidentListings(bundle: {
  incident_timeline: readonly IncidentTimelineEntry[];
  production: Production;
}): Listing[] {
  return [timelineListing(bundle.incident_timeline), queryListing(bundle.production.queries)];
}

function timelineListing(entries: readonly IncidentTimelineEntry[]): Listing {
  return {
    id: "timeline",
    title: "Incident timeline",
    columns: [
      { head: "Time (UTC)", share: 104 },
      { head: "Event", share: 90 },
      { head: "By", share: 100 },
      { head: "What happened", share: 210 },
    ],
    rows: entries.map((entry) => ({
      cells: [instant(entry.at).replace(" UTC", ""), eventOf(entry), actorName(entry.actor), entry.text],
      ...(entry.is_inflection ? { tone: "bad" as const } : {}),
    })),
    empty: "Nothing has happened to the incident yet.",
    rowsInPage: ROWS_IN_PAGE,
  };
}

function eventOf({ type, is_inflection }: IncidentTimelineEntry): string {
  if (!is_inflection) return words(type);
  return type === "inflection" ? "INFLECTION" : `INFLECTION · ${words(type)}`;
}

function queryListing(queries: readonly ProductionQuery[]): Listing {
  return {
    id: "queries",
    title: "Questions put to the database",
    columns: [
      { head: "Question", share: 84 },
      { head: "Tables read", share: 110 },
      { head: "Condition and parameters", share: 260 },
      { head: "Rows", share: 40, align: "right" },
    ],
    rows: queries.map(({ id, reads, condition, parameters, rows }) => ({
      cells: [
        id,
        reads.join(", "),
        [condition, parametersOf(parameters)].filter((part) => part !== "").join(" · "),
        rows === null ? "figures" : count(rows),
      ],
    })),
    empty: "No question was put to the database.",
    rowsInPage: ROWS_IN_PAGE,
  };
}

export function parametersOf(parameters: Record<string, string | number | boolean | null>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name} = ${value === null ? "none" : value}`)
    .join(", ");
}
