// Sums that can be counted exactly: records hold integers up to 2^53 − 1, so nothing that is added up may pass it. A run's
// own sums refuse what would; a counter that runs share stays there instead, because one runner must not block the others.

import { invalid, type Problem } from "@/server/platform/http/problem";
import type { StepPost } from "./post";
import type { RunRow, StepRow } from "./rows";

export const MOST = Number.MAX_SAFE_INTEGER;

/** A shared counter's new value. Once full it stays full, so that the limit behind it stays breached. */
export function saturated(value: number, by: number): number {
  return value >= MOST ? MOST : Math.max(0, Math.min(MOST, value + by));
}

type Use = { input_tokens: number; output_tokens: number; cost_units: number | null };
type Figure = "input_tokens" | "output_tokens" | "cost_cents";

/**
 * Throws 422 `too-large` for a post that would take a sum of the run's past 2^53 − 1: settled, reserved and presumed
 * together, of each kind of token, of both kinds, or of cost. `own` is the admission that the post settles.
 */
export function requireCountable(run: RunRow, post: StepPost, step: { own: StepRow | null; use: Use }): void {
  const { own, use } = step;
  const input = heldInput(run) - (own?.estimateInputTokens ?? 0) + use.input_tokens;
  const output = heldOutput(run) - (own?.estimateOutputTokens ?? 0) + use.output_tokens;
  const cost = heldCost(run) - (own?.estimateCostUnits ?? 0) + (use.cost_units ?? 0);
  // A computed cost that is past it comes as 2^53 − 1; a reported one is never as high.
  const isCapped = use.cost_units === MOST;
  const figure = tooLarge(input, output, isCapped ? MOST + 1 : cost);
  if (figure !== null) throw refused(post, figure, use);
}

function tooLarge(input: number, output: number, cost: number): Figure | null {
  if (input > MOST) return "input_tokens";
  if (output > MOST || input + output > MOST) return "output_tokens";
  return cost > MOST ? "cost_cents" : null;
}

function heldInput(run: RunRow): number {
  return run.inputTokens + run.reservedInputTokens + run.presumedInputTokens;
}

function heldOutput(run: RunRow): number {
  return run.outputTokens + run.reservedOutputTokens + run.presumedOutputTokens;
}

function heldCost(run: RunRow): number {
  return run.costUnits + run.reservedCostUnits + run.presumedCostUnits;
}

function refused(post: StepPost, figure: Figure, use: Use): Problem {
  const said = post.usage ?? post.estimate;
  const detail = "With it the run's sum would pass 2^53 − 1; nothing was recorded";
  // A cost that was not sent was computed from the tokens.
  const isComputed = figure === "cost_cents" && said?.cost_units == null;
  const dearer = use.output_tokens >= use.input_tokens ? "output_tokens" : "input_tokens";
  const pointer = `#/${post.usage === null ? "estimate" : "usage"}/${isComputed ? dearer : figure}`;
  return invalid({ pointer, code: "too-large", detail });
}
