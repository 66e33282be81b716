// A frame that cannot be drawn, because the database is away or for a reason nobody expected, is drawn as what it is: by
// the server, so that it is read without scripts too, and with the status that belongs to it.

import { headers } from "next/headers";
import { unstable_rethrow } from "next/navigation";
import type { ReactNode } from "react";
import { v7 as uuidv7 } from "uuid";
import { EntryPage } from "@/components/account/entry-page";
import { AwayNotice, awayTitle, FailedNotice, failedTitle } from "@/components/shell/fault-notice";
import { isAway } from "@/server/platform/http/failures";
import { answerPageWith } from "@/server/platform/http/page-answer";
import { log } from "@/server/platform/log/log";

/** What `draw` makes of what `ask` finds out; where `ask` fails, a page that says so. */
export async function drawn<T>(ask: () => Promise<T>, draw: (found: T) => ReactNode): Promise<ReactNode> {
  const found = await ask().then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("value" in found) return draw(found.value);
  unstable_rethrow(found.error);
  return faultPage(found.error);
}

async function faultPage(error: unknown): Promise<ReactNode> {
  if (isAway(error)) {
    const path = (await headers()).get("x-holdpoint-path") ?? "/";
    answerPageWith(503);
    return (
      <EntryPage title={awayTitle}>
        <AwayNotice address={path} />
      </EntryPage>
    );
  }
  const reference = uuidv7();
  // Not its address: that of an invitation is a secret.
  log.error({ err: error, reference }, "A page failed");
  answerPageWith(500);
  return (
    <EntryPage title={failedTitle}>
      <FailedNotice reference={reference} />
    </EntryPage>
  );
}
