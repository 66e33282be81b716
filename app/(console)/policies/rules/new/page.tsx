import type { Metadata } from "next";
import { policyActions } from "@/app/(console)/policies/policy-actions";
import { NewRulePage } from "@/components/policies/new-rule-page";
import { ruleTypes } from "@/db/vocabulary";

export const metadata: Metadata = { title: "New rule" };

export default async function RuleNewPage({ searchParams }: PageProps<"/policies/rules/new">) {
  const { type } = await searchParams;
  return <NewRulePage type={ruleTypes.find((one) => one === type) ?? null} actions={policyActions} />;
}
