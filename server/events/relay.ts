// The loop that numbers what happened and says that there is news. Any number of processes may run it on one database.

import { env } from "@/server/platform/env/env";
import { log } from "@/server/platform/log/log";
import { tellNews } from "./news";
import { type Notifier, notifierOn } from "./notifications";
import { numberEvents } from "./numbering";

/** Between two turns, so that an event has its number within a tenth of a second. */
const EVERY_MS = 80;
/** While there is more than a turn takes. */
const AT_ONCE_MS = 5;
/** While the database is away. */
const FAILED_MS = 1_000;

/** Starts the relay of this process. */
export function startRelay(): { stop(): Promise<void> } {
  const notifier = env.DATABASE_DIRECT_URL === undefined ? null : notifierOn(env.DATABASE_DIRECT_URL);
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();
  const go = async () => {
    const pauseMs = await turnOnce(notifier);
    if (!isStopped) timer = setTimeout(begin, pauseMs);
  };
  const begin = () => {
    turn = go();
  };
  begin();
  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await turn;
      await notifier?.end();
    },
  };
}

/** How long to wait before the next turn. Never throws. */
async function turnOnce(notifier: Notifier | null): Promise<number> {
  try {
    const { tenantIds, isMore } = await numberEvents();
    if (tenantIds.length > 0) {
      tellNews(tenantIds);
      // Not waited for: numbers do not depend on whether anybody hears of them.
      void notifier?.notify(tenantIds);
    }
    return isMore ? AT_ONCE_MS : EVERY_MS;
  } catch (error) {
    log.warn({ err: error }, "events could not be numbered; the next turn tries again");
    return FAILED_MS;
  }
}
