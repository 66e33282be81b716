import type { Metadata } from "next";
import { policyActions } from "@/app/(console)/policies/policy-actions";
import { ruleReads } from "@/app/(console)/policies/policy-reads";
import { Prefetched } from "@/app/prefetched";
import { ruleQueryOf } from "@/components/policies/policy-queries";
import { RulePage } from "@/components/policies/rule-page";
import { keyOf } from "@/server/platform/http/client";
import { getPolicy } from "@/server/policies/contract";

export const metadata: Metadata = { title: "Rule" };

export default async function RuleDetailPage({ params }: PageProps<"/policies/rules/[policy_id]">) {
  const { policy_id: id } = await params;
  return (
    <Prefetched about={keyOf(getPolicy, ruleQueryOf(id))} reads={ruleReads(id)}>
      <RulePage policyId={id} actions={policyActions} />
    </Prefetched>
  );
}
