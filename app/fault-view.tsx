"use client";

import { EntryPage } from "@/components/account/entry-page";
import { awayTitle, FaultNotice, failedTitle, isAwayFault } from "@/components/shell/fault-notice";

/** A page that failed, with a frame of its own. */
export function FaultView({ error, retry }: Readonly<{ error: unknown; retry(): void }>) {
  return (
    <EntryPage title={isAwayFault(error) ? awayTitle : failedTitle}>
      <FaultNotice error={error} again={retry} />
    </EntryPage>
  );
}
