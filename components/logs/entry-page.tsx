"use client";

import { useQuery } from "@tanstack/react-query";
import { DetailPage } from "@/components/shell/detail-page";
import { getLog } from "@/server/logs/contract";
import { api } from "@/server/platform/http/client";
import { entryInput } from "./entry-input";
import { EntryView, entryTitle } from "./entry-view";
import { ExportMenu } from "./export-dialog";

const open = { since: null, until: null };

/** Logs › Records › one entry. */
export function EntryPage({ logId }: { logId: string }) {
  const entity = useQuery(api.query(getLog, entryInput(logId))).data?.entity;
  const isAudit = entity?.topic === "audit";
  const list = isAudit
    ? { href: "/logs/audit-logs", label: "Audit Logs" }
    : { href: "/logs/llm-runs", label: "LLM Runs" };
  const title = entryTitle(entity);
  return (
    <DetailPage
      crumbs={[{ label: "Logs" }, list]}
      title={title}
      name={title}
      eyebrow={
        entity ? <span className="text-muted text-xs">{isAudit ? "Audit entry" : "Record of a run"}</span> : undefined
      }
      actions={
        entity?.topic === "llm_runs" ? (
          <ExportMenu scope="llm_run" filters={{ run_id: entity.run_id }} bounds={open} label="Export the record" />
        ) : entity ? (
          <ExportMenu scope="audit" q={entity.log_id} filters={{}} bounds={open} label="Export the entry" />
        ) : undefined
      }
    >
      <div className="px-4 py-4">
        <EntryView logId={logId} />
      </div>
    </DetailPage>
  );
}
