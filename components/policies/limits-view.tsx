"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { CirclePlus } from "lucide-react";
import { useAddress } from "@/components/data/address";
import { DataTable } from "@/components/data/data-table";
import { FilterBar } from "@/components/data/filter-bar";
import { filterOf, paramsOf } from "@/components/data/filter-params";
import { ListView } from "@/components/data/query-view";
import { SidePanel } from "@/components/data/side-panel";
import { limitColumns } from "@/components/policies/limit-columns";
import { limitFilters } from "@/components/policies/policy-filters";
import { limitMenu } from "@/components/policies/row-menus";
import { limitHref } from "@/components/policies/rule-href";
import { limitParams, limitQuery } from "@/components/policies/search-params";
import { type PolicyActions, PolicyActionsProvider } from "@/components/policies/server-actions";
import { GAUGE_REFRESH_MS, useLimit } from "@/components/policies/use-limit";
import { usePolicyPalette } from "@/components/policies/use-policy-palette";
import { useMay } from "@/components/shell/session";
import { TopicPage } from "@/components/shell/topic-page";
import { type StripPart, TopicStrip } from "@/components/shell/topic-strip";
import { ButtonLink } from "@/components/ui/button";
import { onDemand } from "@/components/ui/on-demand";
import { EmptyState } from "@/components/ui/states";
import { api } from "@/server/platform/http/client";
import { listLimits } from "@/server/policies/contract";

// Loaded when one is opened.
const LimitDetail = onDemand(async () => (await import("@/components/policies/limit-detail")).LimitDetail);

const parts: readonly StripPart[] = [{ key: "active", label: "Active" }, { key: "disabled" }];

export function LimitsView({ actions }: { actions: PolicyActions }) {
  usePolicyPalette();
  const [{ open }, setParams] = useAddress(limitParams);
  return (
    <PolicyActionsProvider actions={actions}>
      <TopicPage
        topic="POL-LIM-CTR"
        aside={open === null ? null : <LimitPanel limitId={open} onClose={() => setParams({ open: null })} />}
        actions={<NewLimit />}
      >
        <TopicStrip topic="policies/controls" parts={parts} />
        <Limits />
      </TopicPage>
    </PolicyActionsProvider>
  );
}

function NewLimit() {
  if (!useMay("policies:manage")) return null;
  return (
    <ButtonLink href="/policies/limits/new" variant="primary" icon={<CirclePlus aria-hidden />}>
      New limit
    </ButtonLink>
  );
}

function LimitPanel({ limitId, onClose }: { limitId: string; onClose: () => void }) {
  const name = useLimit(limitId).data?.entity.name;
  return (
    <SidePanel title={name ?? "Limit"} href={limitHref(limitId)} onClose={onClose}>
      <LimitDetail limitId={limitId} />
    </SidePanel>
  );
}

function Limits() {
  const mayManage = useMay("policies:manage");
  const [params, setParams] = useAddress(limitParams);
  const asked = api.pages(listLimits, { query: limitQuery(params) });
  const list = useInfiniteQuery({ ...asked, refetchInterval: GAUGE_REFRESH_MS });
  const value = filterOf(limitFilters, params);
  return (
    <div className="flex min-w-0 flex-col pb-4">
      <FilterBar
        filters={limitFilters}
        value={value}
        onChange={(next) => setParams(paramsOf(limitFilters, limitParams, next))}
        placeholder="Filter limits: limit_type:COST_CENTS scope_type:agent daily"
      />
      <ListView
        list={list}
        isFiltered={Object.keys(value).length > 0}
        onClear={() => setParams(paramsOf(limitFilters, limitParams, {}))}
        columns={limitColumns.length}
        firstUse={<NoLimits />}
        table={(rows, total, more) => (
          <DataTable
            label="Limits"
            columns={limitColumns}
            rows={rows}
            rowId={(limit) => limit.limit_id}
            rowHref={(limit) => limitHref(limit.limit_id)}
            onOpen={(limit) => setParams({ open: limit.limit_id })}
            openId={params.open}
            sort={params.sort}
            onSort={(sort) => setParams({ sort: limitParams.sort.parse(sort) })}
            rowMenu={(limit) => limitMenu(limit, mayManage)}
            total={total}
            more={more}
          />
        )}
      />
    </div>
  );
}

function NoLimits() {
  return (
    <EmptyState title="No limit yet" action={<NewLimit />}>
      A limit is shared by many runs: so much money a day, so many runs a minute, so many at the same time.
    </EmptyState>
  );
}
