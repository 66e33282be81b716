// How long the gate tries before it says 503: rows that are busy and a database that is away for a moment are the gate's
// trouble, not the poster's. But nobody is left waiting for long.

import { NoConnectionFree } from "@/server/platform/db/connections";
import { isAway, isTaken, isWorthRetrying } from "@/server/platform/http/failures";
import { DatabaseUnavailable, Problem } from "@/server/platform/http/problem";

const PATIENCE_MS = 4_000;
/** The gate's lock_timeout: what one more try for busy rows may take. */
const LOCK_WAIT_MS = 2_000;
const WAITS_MS = [20, 100, 300, 700, 1_200];

/** The instant (of the monotonic clock, in ms) until which something that begins now is tried again. */
export function patienceEnds(): number {
  return performance.now() + PATIENCE_MS;
}

/**
 * Does `attempt` again, from the start, while it fails for the database's reasons: at most `tries` times in all for busy
 * rows, and with growing pauses for a database that is away. Throws the last error. What `attempt` does must be the same
 * when it is done twice, because a commit whose answer was lost may have happened.
 */
export async function patiently<T>(attempt: () => Promise<T>, limits: { tries: number; until: number }): Promise<T> {
  let paused = 0;
  for (let tried = 1; ; ) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof Problem || error instanceof NoConnectionFree) throw error;
      const isBusy = isContended(error);
      const pause = isBusy ? 0 : WAITS_MS[paused++];
      const mayTry = isBusy ? tried++ < limits.tries : isAway(error) && pause !== undefined;
      const mayTake = isBusy ? LOCK_WAIT_MS : (pause ?? 0);
      if (!mayTry || performance.now() + mayTake > limits.until) throw error;
      if (!isBusy) await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** Somebody else has the rows, or made them first (a unique key): the same work, done again, sees what they did. */
export function isContended(error: unknown): boolean {
  return isWorthRetrying(error) || isTaken(error);
}

/** What a poster is told when patience has run out; null when the fault is not the database's. */
export function unavailable(error: unknown): Problem | null {
  if (!isAway(error) && !isContended(error)) return null;
  return DatabaseUnavailable.with({ retry_after: 1 }, { cause: error });
}
