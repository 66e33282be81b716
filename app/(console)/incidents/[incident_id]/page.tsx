import type { Metadata } from "next";
import { incidentActions } from "@/app/(console)/incidents/incident-actions";
import { incidentReads } from "@/app/(console)/incidents/incident-reads";
import { Prefetched } from "@/app/prefetched";
import { IncidentPage } from "@/components/incidents/incident-page";

export const metadata: Metadata = { title: "Incident" };

export default async function IncidentDetailPage({ params }: PageProps<"/incidents/[incident_id]">) {
  const { incident_id: id } = await params;
  return (
    <Prefetched reads={incidentReads(id)}>
      <IncidentPage incidentId={id} actions={incidentActions} />
    </Prefetched>
  );
}
