// Random choices that a number replays: the same seed throws the same dice on every machine.

export type Dice = {
  /** 0 … n − 1. */
  below(n: number): number;
  /** Both ends included. */
  between(low: number, high: number): number;
  /** True once in `n` times on average. */
  oneIn(n: number): boolean;
  pick<T>(from: readonly T[]): T;
};

/** `sfc32` over four words made of the seed; good enough for tests and nothing else. */
export function diceOf(seed: number): Dice {
  let [a, b, c, d] = [0x9e3779b9, 0x243f6a88 ^ Math.floor(seed / 2 ** 32), seed | 0, 1];
  const next = () => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 12; i += 1) next();
  const below = (n: number) => Math.floor(next() * n);
  return {
    below,
    between: (low, high) => low + below(high - low + 1),
    oneIn: (n) => below(n) === 0,
    pick: <T>(from: readonly T[]) => {
      const found = from[below(from.length)];
      if (found === undefined) throw new RangeError("nothing to pick from");
      return found;
    },
  };
}
