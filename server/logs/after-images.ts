// Rows that change are evidence through their newest audit entry: it holds the hash of the row as it stood afterwards. Here
// each kind of row is shown as its entries show it.

import { inArray } from "drizzle-orm";
import { exportBundles } from "@/db/schema/exports";
import { incidents } from "@/db/schema/incidents";
import { limits, policyRules } from "@/db/schema/policies";
import { afterImageHash } from "@/server/evidence/snapshot-hash";
import { incidentImage } from "@/server/incidents/image";
import { hashOrNull } from "@/server/logs/entry-check";
import { exportImage } from "@/server/logs/export-image";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import { limitFromRow } from "@/server/policies/definition";
import { withVersions } from "@/server/policies/limit-store";
import { withParts } from "@/server/policies/store";
import { definitionOf } from "@/server/policies/views";

type Kind = {
  /** The hash of each row now, by id; ids that have no row, or one that the product never wrote so, are absent. */
  hashes(db: TenantDb, ids: readonly string[]): Promise<Map<string, Buffer>>;
  /** How many rows no entry speaks of, and one of them. */
  unaudited(db: TenantDb): Promise<{ n: number; id: string | null }>;
};

/** By the entity type of audit entries. */
export const comparedKinds: Readonly<Record<string, Kind>> = {
  incident: {
    async hashes(db, ids) {
      const rows = await db.rows(incidents, { where: inArray(incidents.id, uuidsOf(ids)) });
      return hashesOf(rows.map((row) => ({ id: row.id, image: () => incidentImage(row) })));
    },
    unaudited: (db) =>
      firstUnaudited(
        db.sql<Unaudited>`
          select count(*)::int as n, min(i.id::text) as id from incidents i where ${db.mine("i")} and not exists (
            select from audit_logs a where ${db.mine("a")} and a.entity_type = 'incident' and a.entity_id = i.id::text)`,
      ),
  },
  policy: {
    async hashes(db, ids) {
      const rows = await withParts(db, await db.rows(policyRules, { where: inArray(policyRules.id, uuidsOf(ids)) }));
      // Under the default that stands where the precedence is gone, the rule may say the same and bind otherwise.
      const whole = rows.filter((rule) => rule.precedence !== undefined);
      return hashesOf(
        whole.map((rule) => ({
          id: rule.row.id,
          image: () => definitionOf(rule),
          repeated: [rule.row.contentHash, rule.kept],
        })),
      );
    },
    unaudited: (db) =>
      firstUnaudited(
        db.sql<Unaudited>`
          select count(*)::int as n, min(p.id::text) as id from policy_rules p where ${db.mine("p")} and not exists (
            select from audit_logs a where ${db.mine("a")} and a.entity_type = 'policy' and a.entity_id = p.id::text)`,
      ),
  },
  limit: {
    async hashes(db, ids) {
      const rows = await withVersions(db, await db.rows(limits, { where: inArray(limits.id, uuidsOf(ids)) }));
      return hashesOf(
        rows.map(({ row, kept }) => ({
          id: row.id,
          image: () => limitFromRow(row),
          repeated: [row.contentHash, kept],
        })),
      );
    },
    unaudited: (db) =>
      firstUnaudited(
        db.sql<Unaudited>`
          select count(*)::int as n, min(l.id::text) as id from limits l where ${db.mine("l")} and not exists (
            select from audit_logs a where ${db.mine("a")} and a.entity_type = 'limit' and a.entity_id = l.id::text)`,
      ),
  },
  export: {
    async hashes(db, ids) {
      const rows = await db.rows(exportBundles, { where: inArray(exportBundles.bundleId, [...ids]) });
      return hashesOf(rows.map((row) => ({ id: row.bundleId, image: () => exportImage(row) })));
    },
    unaudited: (db) =>
      firstUnaudited(
        db.sql<Unaudited>`
          select count(*)::int as n, min(b.bundle_id) as id from export_bundles b where ${db.mine("b")} and not exists (
            select from audit_logs a where ${db.mine("a")} and a.entity_type = 'export' and a.entity_id = b.bundle_id)`,
      ),
  },
};

/** `repeated`: the same hash where the row and its newest version keep it, the content hash of a rule or limit. */
type Shown = { id: string; image(): object; repeated?: readonly (Buffer | undefined)[] };

function hashesOf(rows: readonly Shown[]): Map<string, Buffer> {
  const hashes = new Map<string, Buffer>();
  for (const { id, image, repeated = [] } of rows) {
    const hash = hashOrNull(() => afterImageHash({ ...image() }));
    if (hash !== null && repeated.every((one) => one?.equals(hash) === true)) hashes.set(id, hash);
  }
  return hashes;
}

type Unaudited = { n: number; id: string | null };

async function firstUnaudited(query: PromiseLike<readonly Unaudited[]>): Promise<Unaudited> {
  const [row] = await query;
  return row ?? { n: 0, id: null };
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

// An entry may have been made to name anything; what is no id names no row.
function uuidsOf(ids: readonly string[]): string[] {
  return ids.filter((id) => UUID.test(id));
}
