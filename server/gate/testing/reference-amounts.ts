// Amounts as BigInt units and back: money in 1/10 000 cent, everything else as it is counted.

const money = ["run.cost_cents", "step.cost_cents", "run.burn_rate_cents_per_minute", "COST_CENTS"];

export function toUnits(metric: string, decimal: string): bigint {
  const [whole = "0", fraction = ""] = decimal.split(".");
  if (!money.includes(metric)) return BigInt(whole);
  return BigInt(whole) * 10_000n + BigInt(fraction.slice(0, 4).padEnd(4, "0"));
}

export function textOf(metric: string, units: bigint): string {
  if (!money.includes(metric)) return units.toString();
  const fraction = (units % 10_000n).toString().padStart(4, "0").replace(/0+$/, "");
  return `${units / 10_000n}${fraction === "" ? "" : `.${fraction}`}`;
}
