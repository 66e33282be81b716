import type { Metadata } from "next";
import { policyActions } from "@/app/(console)/policies/policy-actions";
import { Prefetched, pages } from "@/app/prefetched";
import { readAddress } from "@/components/data/address-params";
import { FreezesView } from "@/components/policies/freezes-view";
import { freezeParams, freezeQuery } from "@/components/policies/search-params";
import { listFreezes } from "@/server/gate/freeze-contract";

export const metadata: Metadata = { title: "Freezes" };

export default async function FreezesPage({ searchParams }: PageProps<"/policies/freezes">) {
  const params = await readAddress(freezeParams, searchParams);
  return (
    <Prefetched reads={[pages(listFreezes, { query: freezeQuery(params) })]}>
      <FreezesView actions={policyActions} />
    </Prefetched>
  );
}
