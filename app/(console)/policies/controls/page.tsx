import type { Metadata } from "next";
import { policyActions } from "@/app/(console)/policies/policy-actions";
import { limitReads } from "@/app/(console)/policies/policy-reads";
import { Prefetched, pages, read } from "@/app/prefetched";
import { readAddress } from "@/components/data/address-params";
import { LimitsView } from "@/components/policies/limits-view";
import { limitParams, limitQuery } from "@/components/policies/search-params";
import { stripQuery } from "@/components/shell/strip-query";
import { getSummary } from "@/server/overview/contract";
import { listLimits } from "@/server/policies/contract";

export const metadata: Metadata = { title: "Controls" };

export default async function ControlsPage({ searchParams }: PageProps<"/policies/controls">) {
  const params = await readAddress(limitParams, searchParams);
  const reads = [
    pages(listLimits, { query: limitQuery(params) }),
    read(getSummary, stripQuery({ topic: "policies/controls" })),
    ...(params.open === null ? [] : limitReads(params.open)),
  ];
  return (
    <Prefetched reads={reads}>
      <LimitsView actions={policyActions} />
    </Prefetched>
  );
}
