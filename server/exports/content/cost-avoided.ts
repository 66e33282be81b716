// What the stop is estimated to have saved: max(0, projected cost at the run's own burn rate to its plan's end − incurred).
// Pure. Where no end can be told there is no estimate, and never one of 0.

import type { CostAvoided } from "@/server/exports/content/debrief-bundle-types";

export type CostFacts = {
  /** False: nothing was stopped, so nothing was avoided by it. */
  wasStopped: boolean;
  /** Null where the cost is not known in full. */
  incurredCents: number | null;
  /** Server time from start to stop, pauses left out. */
  activeMs: number | null;
  /** Active times of earlier runs of the same agent that succeeded. */
  earlier: { medianMs: number | null; runs: number };
};

/** Fewer say nothing about how long such a run takes. */
export const fewestEarlierRuns = 3;
/** A rate over less than this is noise. */
export const shortestRateMs = 1_000;

const formula =
  "max(0, projected − incurred); projected = incurred ÷ active time × planned time; planned time = median active time of the agent's succeeded runs of the 90 days before";

export function costAvoidedOf(facts: CostFacts): CostAvoided {
  const { incurredCents, activeMs, earlier } = facts;
  const reason = whyUnknown(facts);
  const shared = { label: "estimate", formula, inputs: inputsOf(facts) } as const;
  if (reason !== null || incurredCents === null || activeMs === null || earlier.medianMs === null) {
    return { ...shared, value_cents: null, unknown_because: reason ?? "a figure it needs is unknown" };
  }
  const projected = (incurredCents / activeMs) * earlier.medianMs;
  const value = Math.max(0, projected - incurredCents);
  return { ...shared, value_cents: Math.floor(value * 10_000) / 10_000, unknown_because: null };
}

function whyUnknown({ wasStopped, incurredCents, activeMs, earlier }: CostFacts): string | null {
  if (!wasStopped) return "no run was stopped for this incident";
  if (incurredCents === null) return "the cost so far is not known in full: some usage had no price";
  if (activeMs === null || activeMs < shortestRateMs) {
    return `the run was active for less than ${shortestRateMs / 1_000} s, too short for a rate`;
  }
  if (earlier.medianMs === null || earlier.runs < fewestEarlierRuns) {
    return `its end cannot be told: the agent has ${earlier.runs} succeeded runs of the 90 days before, and ${fewestEarlierRuns} are needed`;
  }
  return null;
}

function inputsOf({ incurredCents, activeMs, earlier }: CostFacts): CostAvoided["inputs"] {
  const rate =
    incurredCents === null || activeMs === null || activeMs < shortestRateMs ? null : incurredCents / activeMs;
  return [
    { name: "incurred", value: incurredCents, unit: "cents", source: "settled usage of the run" },
    { name: "active time", value: activeMs, unit: "ms", source: "server clock, pauses left out" },
    {
      name: "burn rate",
      value: rate === null ? null : Math.round(rate * 60_000 * 10_000) / 10_000,
      unit: "cents_per_minute",
      source: "incurred ÷ active time",
    },
    {
      name: "planned time",
      value: earlier.medianMs,
      unit: "ms",
      source: `${earlier.runs} succeeded runs of the agent`,
    },
  ];
}
