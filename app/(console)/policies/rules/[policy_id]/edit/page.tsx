import type { Metadata } from "next";
import { policyActions } from "@/app/(console)/policies/policy-actions";
import { Prefetched, read } from "@/app/prefetched";
import { EditRulePage } from "@/components/policies/edit-rule-page";
import { ruleQueryOf } from "@/components/policies/policy-queries";
import { keyOf } from "@/server/platform/http/client";
import { getPolicy } from "@/server/policies/contract";

export const metadata: Metadata = { title: "Edit rule" };

export default async function RuleEditPage({ params }: PageProps<"/policies/rules/[policy_id]/edit">) {
  const { policy_id: id } = await params;
  return (
    <Prefetched about={keyOf(getPolicy, ruleQueryOf(id))} reads={[read(getPolicy, ruleQueryOf(id))]}>
      <EditRulePage policyId={id} actions={policyActions} />
    </Prefetched>
  );
}
