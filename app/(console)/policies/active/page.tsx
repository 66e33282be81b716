import type { Metadata } from "next";
import { policyActions } from "@/app/(console)/policies/policy-actions";
import { ruleReads, rulesWithEffects } from "@/app/(console)/policies/policy-reads";
import { Prefetched, read } from "@/app/prefetched";
import { readAddress } from "@/components/data/address-params";
import { openFreezesQuery } from "@/components/policies/policy-queries";
import { RulesView } from "@/components/policies/rules-view";
import { ruleParams, ruleQuery } from "@/components/policies/search-params";
import { stripQuery } from "@/components/shell/strip-query";
import { listFreezes } from "@/server/gate/freeze-contract";
import { getSummary } from "@/server/overview/contract";

export const metadata: Metadata = { title: "Active policies" };

export default async function ActivePoliciesPage({ searchParams }: PageProps<"/policies/active">) {
  const params = await readAddress(ruleParams, searchParams);
  const reads = [
    rulesWithEffects({ query: ruleQuery(params) }),
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
