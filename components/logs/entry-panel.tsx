"use client";

import { SidePanel } from "@/components/data/side-panel";
import { entryHref } from "./entry-href";
import { EntryView, useEntryTitle } from "./entry-view";

/** An entry beside its list. */
export function EntryPanel({ logId, onClose }: { logId: string; onClose: () => void }) {
  const title = useEntryTitle(logId);
  return (
    <SidePanel title={title} href={entryHref(logId)} onClose={onClose}>
      <EntryView key={logId} logId={logId} />
    </SidePanel>
  );
}
