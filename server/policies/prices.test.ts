import { describe, expect, it } from "vitest";
import { publicListPrices } from "@/server/policies/price-list";
import { priceStep } from "@/server/policies/prices";
import { PriceEntry } from "@/server/policies/wire";

const table = {
  version: 1,
  entries: [
    { provider: "anthropic", model: "claude-sonnet-4", input_cents_per_million: 300, output_cents_per_million: 1_500 },
    { provider: "reseller", model: "claude-sonnet-4", input_cents_per_million: 330, output_cents_per_million: 1_650 },
    { model: "open-model", input_cents_per_million: 0.0001, output_cents_per_million: 0 },
    { provider: "host", model: "open-model", input_cents_per_million: 1, output_cents_per_million: 1 },
  ],
};

function price(use: { provider?: string; model?: string; input?: number; output?: number }) {
  const { input = 0, output = 0, ...named } = use;
  return priceStep(table, { ...named, input_tokens: input, output_tokens: output });
}

describe("the price of a step", () => {
  it("is in 1/10 000 cent, rounded up", () => {
    expect(price({ provider: "anthropic", model: "claude-sonnet-4", input: 950, output: 8_550 })).toBe(131_100);
    expect(price({ provider: "anthropic", model: "claude-sonnet-4", input: 1 })).toBe(3);
    expect(price({ model: "open-model", input: 1 })).toBe(1);
    expect(price({ model: "open-model", input: 1_000_001 })).toBe(2);
  });

  it("is unknown without a price, and 0 only for no tokens", () => {
    expect(price({ model: "nobody-knows", input: 1 })).toBeNull();
    expect(price({ input: 1 })).toBeNull();
    expect(price({ model: "nobody-knows" })).toBe(0);
  });

  it("goes by the provider, then by the entry for any provider, then by the dearest", () => {
    expect(price({ provider: "Reseller", model: "claude-sonnet-4", input: 1_000_000 })).toBe(3_300_000);
    expect(price({ model: "claude-sonnet-4", input: 1_000_000 })).toBe(3_300_000);
    expect(price({ provider: "elsewhere", model: "open-model", input: 1_000_000 })).toBe(1);
    expect(price({ provider: "host", model: "open-model", input: 1_000_000 })).toBe(10_000);
  });

  it.each(["claude-sonnet-4-20250514", "Claude-Sonnet-4", "claude-sonnet-4-latest"])("knows %s", (model) => {
    expect(price({ provider: "anthropic", model, input: 1_000_000 })).toBe(3_000_000);
  });
});

it("the public list is valid and names each model of a provider once", () => {
  expect(PriceEntry.array().parse(publicListPrices)).toHaveLength(publicListPrices.length);
  const names = publicListPrices.map((entry) => `${entry.provider}/${entry.model}`);
  expect(new Set(names).size).toBe(names.length);
});
