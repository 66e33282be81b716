"use client";

import { DetailPage } from "@/components/shell/detail-page";
import { IncidentView } from "./incident-view";
import { type IncidentActions, IncidentActionsProvider } from "./server-actions";
import { useIncident } from "./use-incident";

export function IncidentPage({ incidentId, actions }: { incidentId: string; actions: IncidentActions }) {
  const { data } = useIncident(incidentId);
  const incident = data?.entity;
  const list = incident?.status === "resolved" ? resolved : active;
  return (
    <IncidentActionsProvider actions={actions}>
      <DetailPage
        crumbs={[{ href: "/incidents/active", label: "Incidents" }, list]}
        title={incident?.title ?? "Incident"}
        {...(incident === undefined ? {} : { name: incident.title })}
      >
        <div className="px-4 py-4">
          <IncidentView incidentId={incidentId} hasKeys />
        </div>
      </DetailPage>
    </IncidentActionsProvider>
  );
}

const active = { href: "/incidents/active", label: "Active" };
const resolved = { href: "/incidents/resolved", label: "Resolved" };
