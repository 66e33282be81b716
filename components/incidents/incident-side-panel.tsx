"use client";

import { SidePanel } from "@/components/data/side-panel";
import { IncidentView } from "./incident-view";
import { useIncident } from "./use-incident";

export function IncidentSidePanel({ incidentId, onClose }: { incidentId: string; onClose: () => void }) {
  const { data } = useIncident(incidentId);
  return (
    <SidePanel title={data?.entity.title ?? "Incident"} href={`/incidents/${incidentId}`} onClose={onClose}>
      <IncidentView key={incidentId} incidentId={incidentId} />
    </SidePanel>
  );
}
