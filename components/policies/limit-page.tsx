"use client";

import { LimitDetail } from "@/components/policies/limit-detail";
import { type PolicyActions, PolicyActionsProvider } from "@/components/policies/server-actions";
import { useLimit } from "@/components/policies/use-limit";
import { DetailPage } from "@/components/shell/detail-page";

const crumbs = [{ label: "Policies" }, { href: "/policies/controls", label: "Controls" }] as const;

interface OfLimit {
  limitId: string;
  actions: PolicyActions;
}

export function LimitPage({ limitId, actions }: OfLimit) {
  const name = useLimit(limitId).data?.entity.name ?? "Limit";
  return (
    <PolicyActionsProvider actions={actions}>
      <DetailPage crumbs={[...crumbs, { label: name }]} title={name}>
        <div className="p-4">
          <LimitDetail limitId={limitId} />
        </div>
      </DetailPage>
    </PolicyActionsProvider>
  );
}
