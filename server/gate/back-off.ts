// Who failed is asked again later each time, up to a few minutes; one success and it is forgotten. Of this process alone:
// another may try in between, which does no harm.

const FIRST_MS = 1_000;
const LONGEST_MS = 300_000;
const MOST = 50_000;

export class BackOff {
  readonly #failed = new Map<string, { times: number; until: number }>();

  /** Notes a failure and returns for how many ms it is left alone. */
  failed(key: string): number {
    const times = (this.#failed.get(key)?.times ?? 0) + 1;
    const ms = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(times - 1, 20));
    if (this.#failed.size >= MOST) this.#failed.clear();
    this.#failed.set(key, { times, until: performance.now() + ms });
    return ms;
  }

  succeeded(key: string): void {
    this.#failed.delete(key);
  }

  /** Those that are left alone now. */
  waiting(): string[] {
    const now = performance.now();
    return [...this.#failed].flatMap(([key, { until }]) => (until > now ? [key] : []));
  }
}
