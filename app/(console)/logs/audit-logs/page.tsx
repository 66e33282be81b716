import type { Metadata } from "next";
import { Prefetched, pages, read } from "@/app/prefetched";
import { rangeOf } from "@/app/range";
import { readAddress } from "@/components/data/address-params";
import { AuditLogView } from "@/components/logs/audit-log-view";
import { entryInput } from "@/components/logs/entry-input";
import { auditLogParams, auditLogQuery } from "@/components/logs/search-params";
import { stripQuery } from "@/components/shell/strip-query";
import { getLog, listAuditLog } from "@/server/logs/contract";
import { getSummary } from "@/server/overview/contract";

export const metadata: Metadata = { title: "Audit Logs" };

export default async function AuditLogPage({ searchParams }: PageProps<"/logs/audit-logs">) {
  const { since, until } = await rangeOf(searchParams);
  const params = await readAddress(auditLogParams, searchParams);
  const bounds = { since, until };
  return (
    <Prefetched
      reads={[
        read(getSummary, stripQuery({ topic: "logs/audit-logs", since, until })),
        ...(params.q === null ? [pages(listAuditLog, { query: auditLogQuery(params, bounds) })] : []),
        ...(!params.open ? [] : [read(getLog, entryInput(params.open))]),
      ]}
    >
      <AuditLogView since={since} until={until} />
    </Prefetched>
  );
}
