"use client";

import { useAddress } from "@/components/data/address";
import { filterOf, paramsOf } from "@/components/data/filter-params";
import { TopicPage } from "@/components/shell/topic-page";
import { type StripPart, TopicStrip } from "@/components/shell/topic-strip";
import { ButtonLink } from "@/components/ui/button";
import { onDemand } from "@/components/ui/on-demand";
import { EmptyState } from "@/components/ui/states";
import { listResolvedIncidents } from "@/server/incidents/contract";
import { useResolvedColumns } from "./incident-columns";
import { resolvedFilters } from "./incident-filters";
import { IncidentList } from "./incident-list";
import { resolvedParams, resolvedQuery } from "./search-params";
import { type IncidentActions, IncidentActionsProvider } from "./server-actions";

// Loaded when one is opened.
const IncidentSidePanel = onDemand(async () => (await import("./incident-side-panel")).IncidentSidePanel);

interface Range {
  since: string | null;
  until: string | null;
}

const parts: readonly StripPart[] = [
  { key: "total", label: "Resolved" },
  { key: "median_time_to_resolve" },
  { key: "sla_compliance" },
  { key: "reopened", tone: "review" },
];

export function ResolvedView({ actions, since, until }: { actions: IncidentActions } & Range) {
  const [{ open }, setParams] = useAddress(resolvedParams);
  return (
    <IncidentActionsProvider actions={actions}>
      <TopicPage
        topic="INC-EV-RES"
        aside={open === null ? null : <IncidentSidePanel incidentId={open} onClose={() => setParams({ open: null })} />}
      >
        <TopicStrip topic="incidents/resolved" parts={parts} since={since} until={until} />
        <ResolvedIncidents since={since} until={until} />
      </TopicPage>
    </IncidentActionsProvider>
  );
}

function ResolvedIncidents(range: Range) {
  const [params, setParams] = useAddress(resolvedParams);
  return (
    <IncidentList
      endpoint={listResolvedIncidents}
      input={{ query: resolvedQuery(params, range) }}
      label="Resolved incidents"
      columns={useResolvedColumns()}
      filters={resolvedFilters}
      value={filterOf(resolvedFilters, params)}
      onFilter={(value) => setParams(paramsOf(resolvedFilters, resolvedParams, value))}
      placeholder="Filter: type:token_limit_exceeded agent:invoice-bot"
      openId={params.open}
      onOpen={(open) => setParams({ open })}
      sort={params.sort}
      onSort={(sort) => setParams({ sort: resolvedParams.sort.parse(sort) })}
      firstUse={<NothingResolved isWindow={range.since !== null || range.until !== null} />}
    />
  );
}

function NothingResolved({ isWindow }: { isWindow: boolean }) {
  return isWindow ? (
    <EmptyState title="Nothing was resolved in this time" action={<ButtonLink href="?range=all">All time</ButtonLink>}>
      Choose a longer time, or look at what is still open.
    </EmptyState>
  ) : (
    <EmptyState
      title="No incident has been resolved yet"
      action={<ButtonLink href="/incidents/active">Active incidents</ButtonLink>}
    >
      Every resolved incident stays here, with how it was resolved and whether in time.
    </EmptyState>
  );
}
