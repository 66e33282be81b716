"use client";

import { ruleTypeWords } from "@/components/policies/policy-words";
import { newRuleDraft } from "@/components/policies/rule-draft";
import { RuleForm } from "@/components/policies/rule-form";
import { ruleCrumbs } from "@/components/policies/rule-href";
import { type PolicyActions, PolicyActionsProvider } from "@/components/policies/server-actions";
import { DetailPage } from "@/components/shell/detail-page";
import { useMay } from "@/components/shell/session";
import { Link } from "@/components/ui/link";
import { ForbiddenState } from "@/components/ui/states";
import { type RuleType, ruleTypes } from "@/db/vocabulary";

interface NewRulePageProps {
  /** From the address; null: it is to be chosen. */
  type: RuleType | null;
  actions: PolicyActions;
}

export function NewRulePage({ type, actions }: NewRulePageProps) {
  const mayManage = useMay("policies:manage");
  const title = type === null ? "New rule" : `New ${ruleTypeWords[type].label.toLowerCase()}`;
  return (
    <PolicyActionsProvider actions={actions}>
      <DetailPage crumbs={[...ruleCrumbs, { label: "New rule" }]} title={title}>
        <div className="max-w-5xl p-4">
          {mayManage ? null : <ForbiddenState permission="policies:manage" />}
          {mayManage && type === null ? <TypeChoice /> : null}
          {mayManage && type !== null ? (
            <>
              <p className="mb-6 text-muted">
                {ruleTypeWords[type].hint}{" "}
                <Link href="/policies/rules/new" className="underline underline-offset-2 hover:text-ink">
                  Another type
                </Link>
              </p>
              <RuleForm key={type} initial={newRuleDraft(type)} base={null} />
            </>
          ) : null}
        </div>
      </DetailPage>
    </PolicyActionsProvider>
  );
}

/** Links and not buttons: the choice stands in the address. */
function TypeChoice() {
  return (
    <nav aria-label="Types of rules">
      <p className="mb-3 text-muted">What should it keep an eye on?</p>
      <ul className="grid gap-2 sm:grid-cols-2">
        {ruleTypes.map((type) => (
          <li key={type}>
            <Link
              href={`/policies/rules/new?type=${type}`}
              className="block h-full rounded-lg border px-3 py-2.5 transition-colors duration-100 hover:border-strong hover:bg-hover"
            >
              <span className="block font-medium">{ruleTypeWords[type].label}</span>
              <span className="block text-muted text-xs">{ruleTypeWords[type].hint}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
