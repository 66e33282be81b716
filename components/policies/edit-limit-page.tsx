"use client";

import { useState } from "react";
import { QueryView } from "@/components/data/query-view";
import { limitDraftOf } from "@/components/policies/limit-draft";
import { LimitForm } from "@/components/policies/limit-form";
import { limitHref } from "@/components/policies/rule-href";
import { type PolicyActions, PolicyActionsProvider } from "@/components/policies/server-actions";
import { useLimit } from "@/components/policies/use-limit";
import { DetailPage } from "@/components/shell/detail-page";
import { useMay } from "@/components/shell/session";
import { Skeleton } from "@/components/ui/skeleton";
import { ForbiddenState } from "@/components/ui/states";
import type { Limit } from "@/server/policies/wire";

const crumbs = [{ label: "Policies" }, { href: "/policies/controls", label: "Controls" }] as const;

interface OfLimit {
  limitId: string;
  actions: PolicyActions;
}

export function EditLimitPage({ limitId, actions }: OfLimit) {
  const limit = useLimit(limitId);
  const name = limit.data?.entity.name ?? "Limit";
  return (
    <PolicyActionsProvider actions={actions}>
      <DetailPage
        crumbs={[...crumbs, { href: limitHref(limitId), label: name }, { label: "Edit" }]}
        title={`Edit “${name}”`}
      >
        <div className="max-w-5xl p-4">
          <QueryView query={limit} skeleton={<Skeleton className="h-96 w-full" />}>
            {({ entity }) => <Editable limit={entity} />}
          </QueryView>
        </div>
      </DetailPage>
    </PolicyActionsProvider>
  );
}

function Editable({ limit }: { limit: Limit }) {
  const mayManage = useMay("policies:manage");
  // What the edit began from: gauges move, and somebody may change it meanwhile.
  const [base] = useState(limit);
  if (!mayManage) return <ForbiddenState permission="policies:manage" />;
  return <LimitForm initial={limitDraftOf(base)} base={base} />;
}
