import type { Metadata } from "next";
import { createLoader } from "nuqs/server";
import { policyActions } from "@/app/(console)/policies/policy-actions";
import { ruleReads } from "@/app/(console)/policies/policy-reads";
import { Prefetched, pages, read } from "@/app/prefetched";
import { openFreezesQuery } from "@/components/policies/policy-queries";
import { RulesView } from "@/components/policies/rules-view";
import { ruleParams, ruleQuery } from "@/components/policies/search-params";
import { stripQuery } from "@/components/shell/strip-query";
import { listFreezes } from "@/server/gate/freeze-contract";
import { getSummary } from "@/server/overview/contract";
import { listPolicies } from "@/server/policies/contract";

export const metadata: Metadata = { title: "Active policies" };

const load = createLoader(ruleParams);

export default async function ActivePoliciesPage({ searchParams }: PageProps<"/policies/active">) {
  const params = await load(searchParams);
  const reads = [
    pages(listPolicies, { query: ruleQuery(params) }),
    read(getSummary, stripQuery({ topic: "policies/active" })),
    read(listFreezes, openFreezesQuery),
    ...(params.open === null ? [] : ruleReads(params.open)),
  ];
  return (
    <Prefetched reads={reads}>
      <RulesView actions={policyActions} />
    </Prefetched>
  );
}
