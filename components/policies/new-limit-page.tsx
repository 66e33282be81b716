"use client";

import { newLimitDraft } from "@/components/policies/limit-draft";
import { LimitForm } from "@/components/policies/limit-form";
import { limitCategoryWords } from "@/components/policies/policy-words";
import { type PolicyActions, PolicyActionsProvider } from "@/components/policies/server-actions";
import { DetailPage } from "@/components/shell/detail-page";
import { useMay } from "@/components/shell/session";
import { Link } from "@/components/ui/link";
import { ForbiddenState } from "@/components/ui/states";
import { type LimitCategory, limitCategories } from "@/db/vocabulary";

const crumbs = [{ label: "Policies" }, { href: "/policies/controls", label: "Controls" }] as const;

interface NewLimitPageProps {
  /** From the address; null: it is to be chosen. */
  category: LimitCategory | null;
  actions: PolicyActions;
}

export function NewLimitPage({ category, actions }: NewLimitPageProps) {
  const mayManage = useMay("policies:manage");
  const title =
    category === null
      ? "New limit"
      : `New ${limitCategoryWords[category].label.toLowerCase()}${category === "RATE" ? " limit" : ""}`;
  return (
    <PolicyActionsProvider actions={actions}>
      <DetailPage crumbs={[...crumbs, { label: "New limit" }]} title={title}>
        <div className="max-w-5xl p-4">
          {mayManage ? null : <ForbiddenState permission="policies:manage" />}
          {mayManage && category === null ? <CategoryChoice /> : null}
          {mayManage && category !== null ? (
            <>
              <p className="mb-6 text-muted">
                {limitCategoryWords[category].hint}{" "}
                <Link href="/policies/limits/new" className="underline underline-offset-2 hover:text-ink">
                  Another kind
                </Link>
              </p>
              <LimitForm key={category} initial={newLimitDraft(category)} base={null} />
            </>
          ) : null}
        </div>
      </DetailPage>
    </PolicyActionsProvider>
  );
}

function CategoryChoice() {
  return (
    <nav aria-label="Kinds of limits">
      <p className="mb-3 text-muted">Limits are shared by runs. What one run may do alone is better said by a rule.</p>
      <ul className="grid gap-2 sm:grid-cols-3">
        {limitCategories.map((category) => (
          <li key={category}>
            <Link
              href={`/policies/limits/new?category=${category}`}
              className="block h-full rounded-lg border px-3 py-2.5 transition-colors duration-100 hover:border-strong hover:bg-hover"
            >
              <span className="block font-medium">{limitCategoryWords[category].label}</span>
              <span className="block text-muted text-xs">{limitCategoryWords[category].hint}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
