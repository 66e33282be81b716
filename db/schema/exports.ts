import { bigint, boolean, foreignKey, index, integer, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { bytea, instant, tenantId } from "./columns";
import { incidents } from "./incidents";

/** A bundle: what was asked for, how far it is, and the hashes of what came out. Its bytes are in `export_parts`. */
export const exportBundles = pgTable(
  "export_bundles",
  {
    tenantId: tenantId(),
    /** EVD-, SOC2- or EXEC- and 12 hex digits. */
    bundleId: text().notNull(),
    bundleType: text().notNull(),
    format: text().notNull(),
    status: text().notNull(),
    /** 0 to 100, and what is being done. */
    progress: integer().notNull().default(0),
    stage: text(),
    failure: text(),
    incidentId: uuid().notNull(),
    runId: uuid(),
    exportReason: text(),
    preparedFor: text(),
    preparerNotes: text(),
    includeRawSteps: boolean().notNull(),
    periodStart: instant(),
    periodEnd: instant(),
    requestedBy: text().notNull(),
    createdAt: instant().notNull(),
    readyAt: instant(),
    /** H(bundle, …), and SHA-256 of the file's bytes. */
    bundleHash: bytea(),
    fileHash: bytea(),
    size: bigint({ mode: "number" }),
    mediaType: text(),
    fileName: text(),
    /** Somebody is making it until then; whoever comes later may take over. */
    leaseUntil: instant(),
    /** How often its making was begun. */
    attempts: integer().notNull().default(0),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.bundleId] }),
    foreignKey({ columns: [t.tenantId, t.incidentId], foreignColumns: [incidents.tenantId, incidents.id] }),
    index("export_bundles_list_idx").on(t.tenantId, t.createdAt, t.bundleId),
    index("export_bundles_incident_idx").on(t.tenantId, t.incidentId, t.createdAt),
  ],
);

/**
 * What was read for a bundle, written down with its hash and leaf: whoever makes its file after a failure makes it from this,
 * because the log can name a bundle only once. Gone when the file is there.
 */
export const exportDrafts = pgTable(
  "export_drafts",
  {
    tenantId: tenantId(),
    bundleId: text().notNull(),
    part: integer().notNull(),
    bytes: bytea().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.bundleId, t.part] }),
    foreignKey({
      columns: [t.tenantId, t.bundleId],
      foreignColumns: [exportBundles.tenantId, exportBundles.bundleId],
    }),
  ],
);

/** The file's bytes, in parts of at most 1 MiB, so that a download streams. */
export const exportParts = pgTable(
  "export_parts",
  {
    tenantId: tenantId(),
    bundleId: text().notNull(),
    part: integer().notNull(),
    bytes: bytea().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.bundleId, t.part] }),
    foreignKey({
      columns: [t.tenantId, t.bundleId],
      foreignColumns: [exportBundles.tenantId, exportBundles.bundleId],
    }),
  ],
);

/** A countersignature by somebody other than the exporter. Append-only. */
export const exportReviews = pgTable(
  "export_reviews",
  {
    tenantId: tenantId(),
    id: uuid().notNull(),
    bundleId: text().notNull(),
    verdict: text().notNull(),
    notes: text(),
    reviewedBy: text().notNull(),
    reviewedAt: instant().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    foreignKey({
      columns: [t.tenantId, t.bundleId],
      foreignColumns: [exportBundles.tenantId, exportBundles.bundleId],
    }),
    index("export_reviews_bundle_idx").on(t.tenantId, t.bundleId, t.reviewedAt),
  ],
);
