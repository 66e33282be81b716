// What a step costs by the tenant's price table. A model without a price has no cost, which is not a cost of 0.

import { centsToUnits } from "@/server/policies/amounts";

/** Cents per million tokens, numbers with at most 4 decimals. */
export interface PriceEntry {
  /** Absent: whoever serves the model. */
  provider?: string | undefined;
  model: string;
  input_cents_per_million: number;
  output_cents_per_million: number;
  /** Day of the list the price was taken from, `YYYY-MM-DD`. */
  as_of?: string | undefined;
  source?: string | undefined;
}

export interface PriceTable {
  version: number;
  entries: readonly PriceEntry[];
}

export interface PricedUse {
  provider?: string | null | undefined;
  model?: string | null | undefined;
  input_tokens: number;
  output_tokens: number;
}

/**
 * The cost of a step in 1/10 000 cent, rounded up; 0 for no tokens; null when the table has no price for the model.
 * An entry of the step's provider goes first, then one for any provider, then the dearest of the others: an unknown
 * reseller is never priced too low. Names compare without case; a dated name (`…-20250514`, `…-2025-05-14`, `…-latest`)
 * without an entry of its own takes the price of the undated one.
 */
export function priceStep(prices: PriceTable, use: PricedUse): number | null {
  if (use.input_tokens === 0 && use.output_tokens === 0) return 0;
  const entries = use.model ? entriesOf(prices, use.model) : undefined;
  if (entries === undefined) return null;
  const provider = use.provider?.toLowerCase();
  const own = entries.filter((entry) => provider !== undefined && entry.provider === provider);
  const open = entries.filter((entry) => entry.provider === undefined);
  const chosen = own.length > 0 ? own : open.length > 0 ? open : entries;
  return chosen.map((entry) => costOf(entry, use)).reduce((dearest, cost) => Math.max(dearest, cost), 0);
}

interface IndexedPrice {
  provider: string | undefined;
  /** 1/10 000 cent per million tokens. */
  input: bigint;
  output: bigint;
}
type PriceIndex = ReadonlyMap<string, readonly IndexedPrice[]>;

const MILLION = 1_000_000n;
const DATED = /-(?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$/;

function costOf(price: IndexedPrice, use: PricedUse): number {
  const total = BigInt(use.input_tokens) * price.input + BigInt(use.output_tokens) * price.output;
  const units = Number((total + MILLION - 1n) / MILLION);
  return Math.min(units, Number.MAX_SAFE_INTEGER);
}

function entriesOf(prices: PriceTable, model: string): readonly IndexedPrice[] | undefined {
  const index = indexOf(prices);
  const name = model.toLowerCase();
  return index.get(name) ?? index.get(name.replace(DATED, ""));
}

const indexes = new WeakMap<PriceTable, PriceIndex>();

function indexOf(prices: PriceTable): PriceIndex {
  const known = indexes.get(prices);
  if (known !== undefined) return known;
  const index = new Map<string, IndexedPrice[]>();
  for (const entry of prices.entries) {
    const model = entry.model.toLowerCase();
    index.set(model, [...(index.get(model) ?? []), indexed(entry)]);
  }
  indexes.set(prices, index);
  return index;
}

function indexed(entry: PriceEntry): IndexedPrice {
  return {
    provider: entry.provider?.toLowerCase(),
    input: BigInt(centsToUnits(entry.input_cents_per_million)),
    output: BigInt(centsToUnits(entry.output_cents_per_million)),
  };
}
