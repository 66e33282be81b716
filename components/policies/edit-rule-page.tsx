"use client";

import { useState } from "react";
import { QueryView } from "@/components/data/query-view";
import { ruleDraftOf } from "@/components/policies/rule-draft";
import { RuleForm } from "@/components/policies/rule-form";
import { ruleCrumbs, ruleHref } from "@/components/policies/rule-href";

import { type PolicyActions, PolicyActionsProvider } from "@/components/policies/server-actions";
import { useRule } from "@/components/policies/use-rule";
import { DetailPage } from "@/components/shell/detail-page";
import { useMay } from "@/components/shell/session";
import { ButtonLink } from "@/components/ui/button";
import { Skeleton } from "@/components/ui/skeleton";
import { EmptyState, ForbiddenState } from "@/components/ui/states";
import type { Policy } from "@/server/policies/wire";

export function EditRulePage({ policyId, actions }: { policyId: string; actions: PolicyActions }) {
  const rule = useRule(policyId);
  const name = rule.data?.entity.name ?? "Rule";
  return (
    <PolicyActionsProvider actions={actions}>
      <DetailPage
        crumbs={[...ruleCrumbs, { href: ruleHref(policyId), label: name }, { label: "Edit" }]}
        title={`Edit “${name}”`}
      >
        <div className="max-w-5xl p-4">
          <QueryView query={rule} skeleton={<Skeleton className="h-96 w-full" />}>
            {({ entity }) => <Editable rule={entity} />}
          </QueryView>
        </div>
      </DetailPage>
    </PolicyActionsProvider>
  );
}

function Editable({ rule }: { rule: Policy }) {
  const mayManage = useMay("policies:manage");
  // What the edit began from: a change by somebody else meanwhile must not move it.
  const [base] = useState(rule);
  if (!mayManage) return <ForbiddenState permission="policies:manage" />;
  if (base.status === "retired") {
    return (
      <EmptyState title="The rule is retired" action={<ButtonLink href="/policies/rules/new">New rule</ButtonLink>}>
        A retired rule cannot be changed. Make a new one instead.
      </EmptyState>
    );
  }
  return <RuleForm initial={ruleDraftOf(base)} base={base} />;
}
