"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { runHref } from "@/components/activity/run-href";
import { useAddress } from "@/components/data/address";
import { DataTable } from "@/components/data/data-table";
import { FilterBar } from "@/components/data/filter-bar";
import { filterOf, paramsOf } from "@/components/data/filter-params";
import { ListView } from "@/components/data/query-view";
import { SidePanel } from "@/components/data/side-panel";
import { violationFilters } from "@/components/policies/policy-filters";
import { limitHref, ruleHref } from "@/components/policies/rule-href";
import { violationParams, violationQuery } from "@/components/policies/search-params";
import { useViolationNews } from "@/components/policies/use-violation-news";
import { violationColumns } from "@/components/policies/violation-columns";
import { brokenName } from "@/components/policies/violation-text";
import { TopicPage } from "@/components/shell/topic-page";
import { type StripPart, TopicStrip } from "@/components/shell/topic-strip";
import { ButtonLink } from "@/components/ui/button";
import { onDemand } from "@/components/ui/on-demand";
import { EmptyState } from "@/components/ui/states";
import { api } from "@/server/platform/http/client";
import { listViolations } from "@/server/policies/contract";
import type { PolicyViolation } from "@/server/policies/wire";

// Loaded when one is opened.
const ViolationDetail = onDemand(async () => (await import("@/components/policies/violation-detail")).ViolationDetail);

interface Range {
  since: string | null;
  until: string | null;
}

const parts: readonly StripPart[] = [{ key: "violations" }, { key: "blocks", tone: "deny" }, { key: "prevented" }];

export function ViolationsView(range: Range) {
  useViolationNews();
  const list = useViolations(range);
  const [{ open }, setParams] = useAddress(violationParams);
  const shown = list.data?.pages.flatMap((page) => page.items).find(({ violation_id }) => violation_id === open);
  const close = () => setParams({ open: null });
  return (
    <TopicPage
      topic="POL-LIM-VIO"
      aside={open === null ? null : <ViolationPanel violation={shown} isLoading={list.isPending} onClose={close} />}
    >
      <TopicStrip topic="policies/violations" parts={parts} since={range.since} until={range.until} />
      <Violations {...range} />
    </TopicPage>
  );
}

function useViolations(range: Range) {
  const [params] = useAddress(violationParams);
  return useInfiniteQuery(api.pages(listViolations, { query: violationQuery(params, range) }));
}

function ViolationPanel(props: { violation: PolicyViolation | undefined; isLoading: boolean; onClose: () => void }) {
  const { violation, isLoading, onClose } = props;
  return (
    <SidePanel
      title={violation === undefined ? "Violation" : brokenName(violation)}
      href={violation === undefined ? "/policies/violations" : hrefOf(violation)}
      onClose={onClose}
    >
      {violation === undefined ? (
        <p className="text-muted">{isLoading ? "Loading…" : "It is not among the violations of this list."}</p>
      ) : (
        <ViolationDetail violation={violation} />
      )}
    </SidePanel>
  );
}

/** A violation has no page: it is read where it happened, or with what was broken. */
function hrefOf({ run_id, policy_id, limit_id }: PolicyViolation): string {
  if (run_id !== null) return runHref(run_id);
  if (policy_id !== null) return ruleHref(policy_id);
  return limit_id === null ? "/policies/violations" : limitHref(limit_id);
}

function Violations(range: Range) {
  const [params, setParams] = useAddress(violationParams);
  const list = useViolations(range);
  const value = filterOf(violationFilters, params);
  return (
    <div className="flex min-w-0 flex-col pb-4">
      <FilterBar
        filters={violationFilters}
        value={value}
        onChange={(next) => setParams(paramsOf(violationFilters, violationParams, next))}
        placeholder="Filter violations: action:(stopped OR killed) severity:high"
      />
      <ListView
        list={list}
        isFiltered={Object.keys(value).length > 0}
        onClear={() => setParams(paramsOf(violationFilters, violationParams, {}))}
        columns={violationColumns.length}
        firstUse={<NoViolations isWindow={range.since !== null} />}
        table={(rows, total, more) => (
          <DataTable
            label="Violations"
            columns={violationColumns}
            rows={rows}
            rowId={(violation) => violation.violation_id}
            onOpen={(violation) => setParams({ open: violation.violation_id })}
            openId={params.open}
            sort={params.sort}
            onSort={(sort) => setParams({ sort: violationParams.sort.parse(sort) })}
            total={total}
            more={more}
          />
        )}
      />
    </div>
  );
}

function NoViolations({ isWindow }: { isWindow: boolean }) {
  if (!isWindow) {
    return (
      <EmptyState
        title="Nothing was ever broken"
        action={<ButtonLink href="/policies/active">See the rules</ButtonLink>}
      >
        Whenever a rule or limit warns a run or holds it back, it is listed here.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="Nothing was broken in this time" action={<ButtonLink href="?range=all">All time</ButtonLink>}>
      Every run kept to its rules and limits.
    </EmptyState>
  );
}
