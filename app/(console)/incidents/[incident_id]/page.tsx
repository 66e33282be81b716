import type { Metadata } from "next";
import { incidentActions } from "@/app/(console)/incidents/incident-actions";
import { incidentReads } from "@/app/(console)/incidents/incident-reads";
import { Prefetched } from "@/app/prefetched";
import { IncidentPage } from "@/components/incidents/incident-page";
import { incidentInput } from "@/components/incidents/reads";
import { getIncident } from "@/server/incidents/contract";
import { keyOf } from "@/server/platform/http/client";

export const metadata: Metadata = { title: "Incident" };

export default async function IncidentDetailPage({ params }: PageProps<"/incidents/[incident_id]">) {
  const { incident_id: id } = await params;
  return (
    <Prefetched about={keyOf(getIncident, incidentInput(id))} reads={incidentReads(id)}>
      <IncidentPage incidentId={id} actions={incidentActions} />
    </Prefetched>
  );
}
