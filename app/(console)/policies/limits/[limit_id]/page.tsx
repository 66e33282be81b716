import type { Metadata } from "next";
import { policyActions } from "@/app/(console)/policies/policy-actions";
import { limitReads } from "@/app/(console)/policies/policy-reads";
import { Prefetched } from "@/app/prefetched";
import { LimitPage } from "@/components/policies/limit-page";
import { limitQueryOf } from "@/components/policies/policy-queries";
import { keyOf } from "@/server/platform/http/client";
import { getLimit } from "@/server/policies/contract";

export const metadata: Metadata = { title: "Limit" };

export default async function LimitDetailPage({ params }: PageProps<"/policies/limits/[limit_id]">) {
  const { limit_id: id } = await params;
  return (
    <Prefetched about={keyOf(getLimit, limitQueryOf(id))} reads={limitReads(id)}>
      <LimitPage limitId={id} actions={policyActions} />
    </Prefetched>
  );
}
