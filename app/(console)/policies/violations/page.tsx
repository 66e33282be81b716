import type { Metadata } from "next";
import { Prefetched, pages, read } from "@/app/prefetched";
import { rangeOf } from "@/app/range";
import { readAddress } from "@/components/data/address-params";
import { violationParams, violationQuery } from "@/components/policies/search-params";
import { ViolationsView } from "@/components/policies/violations-view";
import { stripQuery } from "@/components/shell/strip-query";
import { getSummary } from "@/server/overview/contract";
import { listViolations } from "@/server/policies/contract";

export const metadata: Metadata = { title: "Violations" };

export default async function ViolationsPage({ searchParams }: PageProps<"/policies/violations">) {
  const { since, until } = await rangeOf(searchParams);
  const params = await readAddress(violationParams, searchParams);
  const reads = [
    pages(listViolations, { query: violationQuery(params, { since, until }) }),
    read(getSummary, stripQuery({ topic: "policies/violations", since, until })),
  ];
  return (
    <Prefetched reads={reads}>
      <ViolationsView since={since} until={until} />
    </Prefetched>
  );
}
