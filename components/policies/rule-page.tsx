"use client";

import { RuleDetail } from "@/components/policies/rule-detail";
import { ruleCrumbs } from "@/components/policies/rule-href";
import { type PolicyActions, PolicyActionsProvider } from "@/components/policies/server-actions";
import { useRule } from "@/components/policies/use-rule";
import { DetailPage } from "@/components/shell/detail-page";

export function RulePage({ policyId, actions }: { policyId: string; actions: PolicyActions }) {
  const name = useRule(policyId).data?.entity.name;
  return (
    <PolicyActionsProvider actions={actions}>
      <DetailPage crumbs={[...ruleCrumbs, { label: name ?? "Rule" }]} title={name ?? "Rule"}>
        <div className="p-4">
          <RuleDetail policyId={policyId} />
        </div>
      </DetailPage>
    </PolicyActionsProvider>
  );
}
