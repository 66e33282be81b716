"use client";

import { useAddress } from "@/components/data/address";
import { filterOf, paramsOf } from "@/components/data/filter-params";
import { TopicPage } from "@/components/shell/topic-page";
import { type StripPart, TopicStrip } from "@/components/shell/topic-strip";
import { ButtonLink } from "@/components/ui/button";
import { onDemand } from "@/components/ui/on-demand";
import { EmptyState } from "@/components/ui/states";
import { listIncidents } from "@/server/incidents/contract";
import { useActiveColumns } from "./incident-columns";
import { activeFilters } from "./incident-filters";
import { IncidentList } from "./incident-list";
import { NewIncident } from "./new-incident";
import { activeParams, activeQuery } from "./search-params";
import { type IncidentActions, IncidentActionsProvider } from "./server-actions";

// Loaded when one is opened.
const IncidentSidePanel = onDemand(async () => (await import("./incident-side-panel")).IncidentSidePanel);

const parts: readonly StripPart[] = [
  { key: "total", label: "Open" },
  { key: "critical", tone: "critical" },
  { key: "high", tone: "high" },
  { key: "medium" },
  { key: "low" },
  { key: "unacknowledged", tone: "review" },
  { key: "oldest" },
  { key: "sla_at_risk", tone: "review" },
  { key: "sla_missed", tone: "critical" },
  { key: "excluded", label: "Rehearsals, not counted" },
];

export function ActiveView({ actions }: { actions: IncidentActions }) {
  const [{ open }, setParams] = useAddress(activeParams);
  return (
    <IncidentActionsProvider actions={actions}>
      <TopicPage
        topic="INC-EV-ACT"
        aside={open === null ? null : <IncidentSidePanel incidentId={open} onClose={() => setParams({ open: null })} />}
        actions={<NewIncident onCreated={(id) => setParams({ open: id })} />}
      >
        <TopicStrip topic="incidents/active" parts={parts} />
        <ActiveIncidents />
      </TopicPage>
    </IncidentActionsProvider>
  );
}

function ActiveIncidents() {
  const [params, setParams] = useAddress(activeParams);
  return (
    <IncidentList
      endpoint={listIncidents}
      input={{ query: activeQuery(params) }}
      label="Active incidents"
      columns={useActiveColumns()}
      filters={activeFilters}
      value={filterOf(activeFilters, params)}
      onFilter={(value) => setParams(paramsOf(activeFilters, activeParams, value))}
      placeholder="Filter: severity:(high OR critical) agent:invoice-bot"
      openId={params.open}
      onOpen={(open) => setParams({ open })}
      sort={params.sort}
      onSort={(sort) => setParams({ sort: activeParams.sort.parse(sort) })}
      firstUse={<AllClear />}
      canSelect
    />
  );
}

function AllClear() {
  return (
    <EmptyState
      title="No incident is open"
      action={<ButtonLink href="/incidents/resolved">Resolved incidents</ButtonLink>}
    >
      When a policy stops a run, or a run fails, its incident appears here by itself.
    </EmptyState>
  );
}
