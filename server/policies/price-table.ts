// The tenant's price table: shown as of its newest version, replaced whole. Steps name the version they were priced by.

import { priceTables } from "@/db/schema/policies";
import { writeOutbox } from "@/server/platform/audit/audit";
import { actorKey } from "@/server/platform/auth/principal";
import type { InputOf } from "@/server/platform/http/contract";
import type { Context } from "@/server/platform/http/handle";
import { invalid, StaleVersion } from "@/server/platform/http/problem";
import type { replacePrices } from "@/server/policies/contract";
import { editPolicies } from "@/server/policies/epoch";
import { currentPriceRow, entriesOf, type PriceRow, pricesHash } from "@/server/policies/price-list";
import type { PolicyFault } from "@/server/policies/rules";
import { integrityOf } from "@/server/policies/views";
import type { PriceEntry, Prices } from "@/server/policies/wire";

export async function showPrices({ db }: Context): Promise<Prices> {
  return pricesView(await currentPriceRow(db));
}

/** @throws StaleVersion, ValidationFailed for two entries of one provider and model. */
export async function changePrices(cx: Context, body: InputOf<typeof replacePrices>["body"]): Promise<Prices> {
  const faults = repeatedEntries(body.entries);
  if (faults.length > 0) throw invalid(...faults);
  return editPolicies(cx.db, async (at) => {
    const before = await currentPriceRow(cx.db);
    if (body.version !== before.version) throw StaleVersion.with({ current_version: before.version });
    const row = await insertPrices(cx, { version: before.version + 1, entries: body.entries, at });
    await cx.audit({
      entity_type: "prices",
      entity_id: cx.db.tenantId,
      before: { version: before.version, entries: entriesOf(before) },
      after: { version: row.version, entries: body.entries },
    });
    await writeOutbox(
      cx.db,
      [{ topic: "prices.changed", entity_id: cx.db.tenantId, payload: { version: row.version } }],
      at,
    );
    return pricesView(row);
  });
}

async function insertPrices(
  { db, principal }: Context,
  { version, entries, at }: { version: number; entries: readonly PriceEntry[]; at: Date },
): Promise<PriceRow> {
  const contentHash = pricesHash(version, entries);
  const values = { version, entries, contentHash, createdBy: actorKey(principal), createdAt: at };
  const [row] = await db.insert(priceTables, values);
  if (row === undefined) throw new Error("the price table was not stored");
  return row;
}

function repeatedEntries(entries: readonly PriceEntry[]): PolicyFault[] {
  const seen = new Set<string>();
  return entries.flatMap((entry, at) => {
    const key = JSON.stringify([entry.provider?.toLowerCase() ?? null, entry.model.toLowerCase()]);
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [{ pointer: `#/entries/${at}`, code: "repeated", detail: "One price for a provider and model" }];
  });
}

function pricesView(row: PriceRow): Prices {
  const entries = entriesOf(row);
  return {
    version: row.version,
    entries,
    created_by: row.createdBy,
    created_at: row.createdAt.toISOString(),
    integrity: integrityOf({
      stored: row.contentHash,
      kept: row.contentHash,
      recomputed: pricesHash(row.version, entries),
    }),
  };
}
