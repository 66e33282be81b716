// NOTIFY between processes, only over a connection that no pooler stands before, and only from the relay, once a turn: in a
// transaction of the gate it would make all commits wait for each other. A notification wakes; it carries no content.

import postgres from "postgres";
import { shutdown } from "@/server/platform/env/shutdown";
import { log } from "@/server/platform/log/log";

const CHANNEL = "holdpoint_events";
/** A notification has less than 8 000 bytes. */
const MOST_TENANTS = 200;
const EVERYBODY = "*";

function clientOf(url: string): postgres.Sql {
  return postgres(url, {
    max: 1,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: "holdpoint-events" },
  });
}

/** Calls `hear` with the tenants that have new events, null for all, until the process stops. */
export function hearEvents(url: string, hear: (tenantIds: readonly string[] | null) => void): void {
  const client = clientOf(url);
  const begin = client.listen(
    CHANNEL,
    (payload) => hear(payload === EVERYBODY ? null : payload.split(" ")),
    // Also after the connection was lost: what was said meanwhile was not heard.
    () => hear(null),
  );
  begin.catch((error: unknown) => log.warn({ err: error }, "events of other processes are found by looking only"));
  shutdown().signal.addEventListener("abort", () => void client.end({ timeout: 1 }));
}

export type Notifier = { notify(tenantIds: readonly string[]): Promise<void>; end(): Promise<void> };

/** Says which tenants have new events. Never throws: whoever does not hear it looks. */
export function notifierOn(url: string): Notifier {
  const client = clientOf(url);
  return {
    async notify(tenantIds) {
      const payload = tenantIds.length > MOST_TENANTS ? EVERYBODY : tenantIds.join(" ");
      await client
        .notify(CHANNEL, payload)
        .catch((error: unknown) => log.debug({ err: error }, "new events could not be notified of"));
    },
    end: () => client.end({ timeout: 1 }),
  };
}
