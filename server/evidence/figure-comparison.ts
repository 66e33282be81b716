// A figure that is shown, held against the one that was computed.
import { isPlainObject, jcs } from "./canonical";
import { insist } from "./verdict";

export type Figures = { readonly [member: string]: unknown };

const UNITS_PER_CENT = 10_000;

/** Compares the members that `shown` has; returns how many. Throws a Discrepancy at the first that is another one. */
export function compare(shown: unknown, expected: Figures, where: string): number {
  if (!isPlainObject(shown)) return 0;
  const names = Object.keys(expected).filter((name) => Object.hasOwn(shown, name));
  for (const name of names) {
    const isSame = Object.is(shown[name], expected[name]) || jcs(shown[name]) === jcs(expected[name]);
    if (isSame) continue;
    insist(false, `${where}.${name} is ${shortText(shown[name])}, but the records say ${shortText(expected[name])}`);
  }
  return names.length;
}

/** From 1/10 000 cent. */
export function cents(units: number): number {
  return units / UNITS_PER_CENT;
}

function shortText(value: unknown): string {
  const text = jcs(value ?? null);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
