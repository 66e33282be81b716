// The price table every tenant starts with: public list prices, text tokens, standard tier, as of the day they name. They
// are a start, not a promise: PUT /policies/prices replaces the table whole.

import { desc } from "drizzle-orm";
import { priceTables } from "@/db/schema/policies";
import { afterImageHash } from "@/server/evidence/snapshot-hash";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { PriceTable } from "@/server/policies/prices";
import { PriceEntry } from "@/server/policies/wire";

const AS_OF = "2025-10-01";
/** Whoever looks first causes the seed; nobody chose it. */
const SEEDED_BY = "system:price-list";
const SOURCE = "provider's public list price";

/** Model, cents per million input tokens, cents per million output tokens. */
type ListPrice = readonly [model: string, input: number, output: number];

const listPrices: Readonly<Record<string, readonly ListPrice[]>> = {
  anthropic: [
    ["claude-opus-4-1", 1_500, 7_500],
    ["claude-opus-4", 1_500, 7_500],
    ["claude-sonnet-4-5", 300, 1_500],
    ["claude-sonnet-4", 300, 1_500],
    ["claude-3-7-sonnet", 300, 1_500],
    ["claude-3-5-sonnet", 300, 1_500],
    ["claude-3-5-haiku", 80, 400],
    ["claude-3-opus", 1_500, 7_500],
    ["claude-3-haiku", 25, 125],
  ],
  openai: [
    ["gpt-5", 125, 1_000],
    ["gpt-5-mini", 25, 200],
    ["gpt-5-nano", 5, 40],
    ["gpt-4.1", 200, 800],
    ["gpt-4.1-mini", 40, 160],
    ["gpt-4.1-nano", 10, 40],
    ["gpt-4o", 250, 1_000],
    ["gpt-4o-2024-05-13", 500, 1_500],
    ["gpt-4o-mini", 15, 60],
    ["o3", 200, 800],
    ["o4-mini", 110, 440],
    ["o3-mini", 110, 440],
    ["o1", 1_500, 6_000],
    ["gpt-4-turbo", 1_000, 3_000],
    ["gpt-3.5-turbo", 50, 150],
  ],
  // Prompts up to 200 000 tokens; longer ones cost more.
  google: [
    ["gemini-2.5-pro", 125, 1_000],
    ["gemini-2.5-flash", 30, 250],
    ["gemini-2.5-flash-lite", 10, 40],
    ["gemini-2.0-flash", 10, 40],
  ],
  mistral: [
    ["mistral-large", 200, 600],
    ["mistral-medium", 40, 200],
    ["mistral-small", 10, 30],
    ["codestral", 30, 90],
    ["ministral-8b", 10, 10],
    ["ministral-3b", 4, 4],
  ],
  cohere: [
    ["command-a", 250, 1_000],
    ["command-r-plus", 250, 1_000],
    ["command-r", 15, 60],
  ],
  xai: [
    ["grok-4", 300, 1_500],
    ["grok-3", 300, 1_500],
    ["grok-3-mini", 30, 50],
  ],
};

export const publicListPrices: readonly PriceEntry[] = Object.entries(listPrices).flatMap(([provider, prices]) =>
  prices.map(([model, input, output]) => ({
    provider,
    model,
    input_cents_per_million: input,
    output_cents_per_million: output,
    as_of: AS_OF,
    source: SOURCE,
  })),
);

export type PriceRow = typeof priceTables.$inferSelect;

/** Writes version 1, the public list prices, unless the tenant has a table already. */
export async function seedPrices(db: TenantDb): Promise<void> {
  await db.insert(
    priceTables,
    {
      version: 1,
      entries: publicListPrices,
      contentHash: pricesHash(1, publicListPrices),
      createdBy: SEEDED_BY,
    },
    { onConflictDoNothing: true },
  );
}

/** The row of the version in force, seeded first where the tenant has none yet. */
export async function currentPriceRow(db: TenantDb): Promise<PriceRow> {
  const found = await newestPriceRow(db);
  if (found !== null) return found;
  await seedPrices(db);
  const seeded = await newestPriceRow(db);
  if (seeded === null) throw new Error("the price table could not be seeded");
  return seeded;
}

export async function currentPrices(db: TenantDb): Promise<PriceTable> {
  const row = await currentPriceRow(db);
  return { version: row.version, entries: entriesOf(row) };
}

/** Entries as stored; they were checked when they were written, and are again, because jsonb has no type. */
export function entriesOf(row: PriceRow): PriceEntry[] {
  return PriceEntry.array().parse(row.entries);
}

export function pricesHash(version: number, entries: readonly PriceEntry[]): Buffer {
  return afterImageHash({ version, entries });
}

async function newestPriceRow(db: TenantDb): Promise<PriceRow | null> {
  const [row] = await db.rows(priceTables, { orderBy: [desc(priceTables.version)], limit: 1 });
  return row ?? null;
}
