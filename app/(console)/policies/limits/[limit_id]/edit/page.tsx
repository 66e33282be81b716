import type { Metadata } from "next";
import { policyActions } from "@/app/(console)/policies/policy-actions";
import { Prefetched, read } from "@/app/prefetched";
import { EditLimitPage } from "@/components/policies/edit-limit-page";
import { limitQueryOf } from "@/components/policies/policy-queries";
import { keyOf } from "@/server/platform/http/client";
import { getLimit } from "@/server/policies/contract";

export const metadata: Metadata = { title: "Edit limit" };

export default async function LimitEditPage({ params }: PageProps<"/policies/limits/[limit_id]/edit">) {
  const { limit_id: id } = await params;
  return (
    <Prefetched about={keyOf(getLimit, limitQueryOf(id))} reads={[read(getLimit, limitQueryOf(id))]}>
      <EditLimitPage limitId={id} actions={policyActions} />
    </Prefetched>
  );
}
