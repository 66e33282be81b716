import type { Metadata } from "next";
import { createLoader } from "nuqs/server";
import { Prefetched, pages, read } from "@/app/prefetched";
import { rangeOf } from "@/app/range";
import { violationParams, violationQuery } from "@/components/policies/search-params";
import { ViolationsView } from "@/components/policies/violations-view";
import { stripQuery } from "@/components/shell/strip-query";
import { getSummary } from "@/server/overview/contract";
import { listViolations } from "@/server/policies/contract";

export const metadata: Metadata = { title: "Violations" };

const load = createLoader(violationParams);

export default async function ViolationsPage({ searchParams }: PageProps<"/policies/violations">) {
  const { since, until } = await rangeOf(searchParams);
  const params = await load(searchParams);
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
