const FOUR_DIGIT_YEAR = /^\d{4}-/;

/** `YYYY-MM-DDTHH:MM:SS.mmmZ`, as a `timestamptz(3)` is written in hashed bytes. Throws RangeError outside the years 0000 to 9999. */
export function instant(at: Date): string {
  const text = at.toISOString();
  if (!FOUR_DIGIT_YEAR.test(text)) throw new RangeError(`${text} has no canonical form`);
  return text;
}
