import type { Metadata } from "next";
import { incidentActions } from "@/app/(console)/incidents/incident-actions";
import { incidentReads } from "@/app/(console)/incidents/incident-reads";
import { Prefetched, pages, read } from "@/app/prefetched";
import { readAddress } from "@/components/data/address-params";
import { ActiveView } from "@/components/incidents/active-view";
import { hundredInput } from "@/components/incidents/reads";
import { activeParams, activeQuery } from "@/components/incidents/search-params";
import { stripQuery } from "@/components/shell/strip-query";
import { listIncidents } from "@/server/incidents/contract";
import { getSummary } from "@/server/overview/contract";
import { listPolicies } from "@/server/policies/contract";

export const metadata: Metadata = { title: "Active incidents" };

export default async function ActiveIncidentsPage({ searchParams }: PageProps<"/incidents/active">) {
  const params = await readAddress(activeParams, searchParams);
  const reads = [
    pages(listIncidents, { query: activeQuery(params) }),
    read(listPolicies, hundredInput),
    read(getSummary, stripQuery({ topic: "incidents/active" })),
    ...(params.open === null ? [] : incidentReads(params.open)),
  ];
  return (
    <Prefetched reads={reads}>
      <ActiveView actions={incidentActions} />
    </Prefetched>
  );
}
