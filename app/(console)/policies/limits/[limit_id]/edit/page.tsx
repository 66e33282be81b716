import type { Metadata } from "next";
import { policyActions } from "@/app/(console)/policies/policy-actions";
import { Prefetched, read } from "@/app/prefetched";
import { EditLimitPage } from "@/components/policies/limit-pages";
import { limitQueryOf } from "@/components/policies/policy-queries";
import { getLimit } from "@/server/policies/contract";

export const metadata: Metadata = { title: "Edit limit" };

export default async function LimitEditPage({ params }: PageProps<"/policies/limits/[limit_id]/edit">) {
  const { limit_id: id } = await params;
  return (
    <Prefetched reads={[read(getLimit, limitQueryOf(id))]}>
      <EditLimitPage limitId={id} actions={policyActions} />
    </Prefetched>
  );
}
