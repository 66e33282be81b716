import type { Extent } from "@/server/policy-language/check/checked";

// One unit is about ten nanoseconds of one core: a planned closure with its operation. The bound keeps the worst
// accepted condition under a millisecond with room to spare; the fuel of an evaluation is twice the bound, so that
// only input beyond the assumed sizes (more tags than `assumedTags`) can run out of it.

/** The static bound of a condition, in cost units. */
export const maxConditionCost = 50_000;
/** What one evaluation may spend in loops, in cost units. */
export const evaluationFuel = 2 * maxConditionCost;

/** Tags that a run is assumed to have at most; more are served as long as the fuel lasts. */
export const assumedTags = 64;
/** Code units of goals, ids of actors and tag values (2 048 characters can be 4 096 code units). */
export const maxText = 4_096;
/** Code units of names: agents, skills, models, providers, projects, tag keys. */
export const maxName = 256;
/** Elements of a list or characters of a string that an expression may build. */
export const maxBuilt = 65_536;

const charactersPerUnit = 16;

/** Reading through `length` code units once. */
export function scanCost(length: number): number {
  return Math.ceil(length / charactersPerUnit);
}

/** Comparing two values of these extents with `==`: bounded by the smaller one. */
export function equalityCost(a: Extent, b: Extent): number {
  const length = Math.min(a.length, b.length);
  if (!a.of || !b.of) return 1 + scanCost(length);
  return 1 + length * (1 + equalityCost(a.of, b.of));
}

export function widest(a: Extent, b: Extent): Extent {
  const length = Math.max(a.length, b.length);
  if (a.of && b.of) return { length, of: widest(a.of, b.of) };
  const of = a.of ?? b.of;
  return of ? { length, of } : { length };
}
