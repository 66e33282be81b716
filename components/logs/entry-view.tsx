"use client";

import { useQuery } from "@tanstack/react-query";
import { JsonView } from "@/components/data/json-view";
import { QueryView } from "@/components/data/query-view";
import { Section } from "@/components/ui/section";
import { Skeleton } from "@/components/ui/skeleton";
import { type AuditRecord, getLog, type RunRecord } from "@/server/logs/contract";
import { api } from "@/server/platform/http/client";
import { AuditEntry } from "./audit-entry";
import { deedWords } from "./columns";
import { entryInput } from "./entry-input";
import { EvidenceFacts } from "./evidence-facts";
import { RunEntry } from "./run-entry";

type LogRecord = RunRecord | AuditRecord;

/** One entry, whole: the same beside its list and on its page. */
export function EntryView({ logId }: { logId: string }) {
  const entry = useQuery(api.query(getLog, entryInput(logId)));
  return (
    <QueryView query={entry} skeleton={<EntrySkeleton />}>
      {({ entity }) => (
        <div className="flex max-w-4xl flex-col gap-6">
          {entity.topic === "audit" ? <AuditEntry record={entity} /> : <RunEntry record={entity} />}
          <Section title="Evidence">
            <EvidenceFacts evidence={entity.evidence} />
          </Section>
          <Section title="As the API answers it">
            <JsonView value={entity} label="Entry as JSON" />
          </Section>
        </div>
      )}
    </QueryView>
  );
}

/** "API key created", "Run of mail-bot". */
export function entryTitle(entity: LogRecord | undefined): string {
  if (entity === undefined) return "Log entry";
  return entity.topic === "audit" ? deedWords(entity) : `Run of ${entity.agent_id}`;
}

export function useEntryTitle(logId: string): string {
  return entryTitle(useQuery(api.query(getLog, entryInput(logId))).data?.entity);
}

function EntrySkeleton() {
  return (
    <div className="flex flex-col gap-4" role="status" aria-label="Loading">
      <Skeleton className="h-5 w-40" />
      <Skeleton className="h-44 w-full" />
      <Skeleton className="h-28 w-full" />
    </div>
  );
}
