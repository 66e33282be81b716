import type { Metadata } from "next";
import { policyActions } from "@/app/(console)/policies/policy-actions";
import { ruleReads } from "@/app/(console)/policies/policy-reads";
import { Prefetched } from "@/app/prefetched";
import { RulePage } from "@/components/policies/rule-page";

export const metadata: Metadata = { title: "Rule" };

export default async function RuleDetailPage({ params }: PageProps<"/policies/rules/[policy_id]">) {
  const { policy_id: id } = await params;
  return (
    <Prefetched reads={ruleReads(id)}>
      <RulePage policyId={id} actions={policyActions} />
    </Prefetched>
  );
}
