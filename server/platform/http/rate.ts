// A token bucket per principal and class, in this process only: it keeps one caller from taking a whole instance, it is
// no accounting. Exact limits are the gate's. Off until a class is given a rate.

import type { RateClass } from "@/server/platform/http/contract";
import { RateLimited } from "@/server/platform/http/problem";

export interface Rate {
  /** Tokens that come back per second. */
  perSecond: number;
  burst: number;
}

interface Bucket {
  tokens: number;
  /** Milliseconds of a monotonic clock. */
  at: number;
}

const maxBuckets = 10_000;

/** Takes one token or throws 429 with the whole seconds until there is one. */
export function rateLimiter(rates: Partial<Record<RateClass, Rate>>, clock: () => number = () => performance.now()) {
  const buckets = new Map<string, Bucket>();
  return function take(rateClass: RateClass, who: string): void {
    const rate = rates[rateClass];
    if (!rate) return;
    const key = `${rateClass}/${who}`;
    const now = clock();
    const last = buckets.get(key) ?? { tokens: rate.burst, at: now };
    const tokens = Math.min(rate.burst, last.tokens + ((now - last.at) / 1000) * rate.perSecond);
    // Re-inserting keeps the map in order of last use, so the first key is the one to forget.
    buckets.delete(key);
    buckets.set(key, { tokens: tokens < 1 ? tokens : tokens - 1, at: now });
    const [oldest] = buckets.size > maxBuckets ? buckets.keys() : [];
    if (oldest !== undefined) buckets.delete(oldest);
    if (tokens < 1) throw RateLimited.with({ retry_after: Math.ceil((1 - tokens) / rate.perSecond) });
  };
}
