import type { Metadata } from "next";
import { policyActions } from "@/app/(console)/policies/policy-actions";
import { NewLimitPage } from "@/components/policies/new-limit-page";
import { limitCategories } from "@/db/vocabulary";

export const metadata: Metadata = { title: "New limit" };

export default async function LimitNewPage({ searchParams }: PageProps<"/policies/limits/new">) {
  const { category } = await searchParams;
  return <NewLimitPage category={limitCategories.find((one) => one === category) ?? null} actions={policyActions} />;
}
