import type { Metadata } from "next";
import { Prefetched, read } from "@/app/prefetched";
import { entryInput } from "@/components/logs/entry-input";
import { EntryPage } from "@/components/logs/entry-page";
import { getLog } from "@/server/logs/contract";
import { keyOf } from "@/server/platform/http/client";

export const metadata: Metadata = { title: "Log entry" };

export default async function LogEntryPage({ params }: PageProps<"/logs/entries/[log_id]">) {
  const { log_id } = await params;
  return (
    <Prefetched about={keyOf(getLog, entryInput(log_id))} reads={[read(getLog, entryInput(log_id))]}>
      <EntryPage logId={log_id} />
    </Prefetched>
  );
}
