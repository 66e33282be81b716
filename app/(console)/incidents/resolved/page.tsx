import type { Metadata } from "next";
import { incidentActions } from "@/app/(console)/incidents/incident-actions";
import { incidentReads } from "@/app/(console)/incidents/incident-reads";
import { Prefetched, pages, read } from "@/app/prefetched";
import { rangeOf } from "@/app/range";
import { readAddress } from "@/components/data/address-params";
import { hundredInput } from "@/components/incidents/reads";
import { ResolvedView } from "@/components/incidents/resolved-view";
import { resolvedParams, resolvedQuery } from "@/components/incidents/search-params";
import { stripQuery } from "@/components/shell/strip-query";
import { listResolvedIncidents } from "@/server/incidents/contract";
import { getSummary } from "@/server/overview/contract";
import { listPolicies } from "@/server/policies/contract";

export const metadata: Metadata = { title: "Resolved incidents" };

export default async function ResolvedIncidentsPage({ searchParams }: PageProps<"/incidents/resolved">) {
  const [params, { since, until }] = await Promise.all([
    readAddress(resolvedParams, searchParams),
    rangeOf(searchParams),
  ]);
  const reads = [
    pages(listResolvedIncidents, { query: resolvedQuery(params, { since, until }) }),
    read(listPolicies, hundredInput),
    read(getSummary, stripQuery({ topic: "incidents/resolved", since, until })),
    ...(params.open === null ? [] : incidentReads(params.open)),
  ];
  return (
    <Prefetched reads={reads}>
      <ResolvedView actions={incidentActions} since={since} until={until} />
    </Prefetched>
  );
}
