"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { CirclePlus, ScanSearch } from "lucide-react";
import { useAddress } from "@/components/data/address";
import { DataTable, type More, type Total } from "@/components/data/data-table";
import { FilterBar } from "@/components/data/filter-bar";
import { filterOf, paramsOf } from "@/components/data/filter-params";
import { ListView } from "@/components/data/query-view";
import { SidePanel } from "@/components/data/side-panel";
import { FreezesLink } from "@/components/policies/freezes-link";
import { ruleFilters } from "@/components/policies/policy-filters";
import { ruleMenu } from "@/components/policies/row-menus";
import { ruleColumns } from "@/components/policies/rule-columns";
import { RuleEffects } from "@/components/policies/rule-effects";
import { ruleHref } from "@/components/policies/rule-href";
import { ruleParams, ruleQuery } from "@/components/policies/search-params";
import { type PolicyActions, PolicyActionsProvider } from "@/components/policies/server-actions";
import { usePolicyPalette } from "@/components/policies/use-policy-palette";
import { useRule } from "@/components/policies/use-rule";
import { useMay } from "@/components/shell/session";
import { TopicPage } from "@/components/shell/topic-page";
import { type StripPart, TopicStrip } from "@/components/shell/topic-strip";
import { ButtonLink } from "@/components/ui/button";
import { onDemand } from "@/components/ui/on-demand";
import { EmptyState } from "@/components/ui/states";
import { api } from "@/server/platform/http/client";
import { listPolicies } from "@/server/policies/contract";
import type { Policy } from "@/server/policies/wire";

// Loaded when one is opened.
const RuleDetail = onDemand(async () => (await import("@/components/policies/rule-detail")).RuleDetail);

const parts: readonly StripPart[] = [
  { key: "in_force" },
  { key: "shadow", tone: "accent" },
  { key: "pending", tone: "review" },
  { key: "disabled" },
  { key: "unbound", tone: "review" },
];

export function RulesView({ actions }: { actions: PolicyActions }) {
  usePolicyPalette();
  const [{ open }, setParams] = useAddress(ruleParams);
  return (
    <PolicyActionsProvider actions={actions}>
      <TopicPage
        topic="POL-GOV-ACT"
        aside={open === null ? null : <RulePanel policyId={open} onClose={() => setParams({ open: null })} />}
        actions={<RuleButtons />}
      >
        <TopicStrip topic="policies/active" parts={parts} />
        <Rules />
      </TopicPage>
    </PolicyActionsProvider>
  );
}

function RuleButtons() {
  const mayManage = useMay("policies:manage");
  return (
    <>
      <FreezesLink />
      <ButtonLink href="/policies/check" variant="quiet" icon={<ScanSearch aria-hidden />}>
        What would apply?
      </ButtonLink>
      {mayManage ? (
        <ButtonLink href="/policies/rules/new" variant="primary" icon={<CirclePlus aria-hidden />}>
          New rule
        </ButtonLink>
      ) : null}
    </>
  );
}

function RulePanel({ policyId, onClose }: { policyId: string; onClose: () => void }) {
  const name = useRule(policyId).data?.entity.name;
  return (
    <SidePanel title={name ?? "Rule"} href={ruleHref(policyId)} onClose={onClose}>
      <RuleDetail policyId={policyId} />
    </SidePanel>
  );
}

function Rules() {
  const [params, setParams] = useAddress(ruleParams);
  const list = useInfiniteQuery(api.pages(listPolicies, { query: ruleQuery(params) }));
  const value = filterOf(ruleFilters, params);
  return (
    <div className="flex min-w-0 flex-col pb-4">
      <FilterBar
        filters={ruleFilters}
        value={value}
        onChange={(next) => setParams(paramsOf(ruleFilters, ruleParams, next))}
        placeholder="Filter rules: enforcement:stop rollout:shadow payments"
      />
      <ListView
        list={list}
        isFiltered={Object.keys(value).length > 0}
        onClear={() => setParams(paramsOf(ruleFilters, ruleParams, {}))}
        columns={ruleColumns.length}
        firstUse={<NoRules />}
        table={(rows, total, more) => <RulesTable rows={rows} total={total} more={more} />}
      />
    </div>
  );
}

function RulesTable({ rows, total, more }: { rows: readonly Policy[]; total: Total; more: More }) {
  const mayManage = useMay("policies:manage");
  const [{ open, sort }, setParams] = useAddress(ruleParams);
  return (
    <RuleEffects rules={rows}>
      <DataTable
        label="Rules"
        columns={ruleColumns}
        rows={rows}
        rowId={(rule) => rule.policy_id}
        rowHref={(rule) => ruleHref(rule.policy_id)}
        onOpen={(rule) => void setParams({ open: rule.policy_id })}
        openId={open}
        sort={sort}
        onSort={(next) => void setParams({ sort: ruleParams.sort.parse(next) })}
        rowMenu={(rule) => ruleMenu(rule, mayManage)}
        total={total}
        more={more}
      />
    </RuleEffects>
  );
}

function NoRules() {
  const mayManage = useMay("policies:manage");
  return (
    <EmptyState
      title="No rule yet"
      action={
        mayManage ? (
          <ButtonLink href="/policies/rules/new" variant="primary">
            New rule
          </ButtonLink>
        ) : undefined
      }
    >
      Until there is one, every run is held to the default thresholds: 100,000 tokens and $10.00 a run, 10,000 tokens
      and $1.00 a step.
    </EmptyState>
  );
}
