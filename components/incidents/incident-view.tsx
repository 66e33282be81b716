"use client";

import { useMemo, useState } from "react";
import { QueryView } from "@/components/data/query-view";
import { StepBar } from "@/components/data/step-bar";
import { ExportsSection } from "@/components/exports/exports-section";
import { usePaletteActions } from "@/components/shell/palette-actions";
import { onDemand } from "@/components/ui/on-demand";
import { Skeleton } from "@/components/ui/skeleton";
import type { Incident } from "@/server/incidents/contract";
import type { Action } from "@/server/platform/http/contract";
import { type IncidentAction, incidentActions } from "./deeds";
import { IncidentFacts } from "./incident-facts";
import { IncidentHeadline } from "./incident-headline";
import { IncidentRelated } from "./incident-related";
import { IncidentTimeline } from "./incident-timeline";
import { useIncidentActions } from "./server-actions";
import { stepsOf } from "./state-steps";
import { useBackground, useIncident } from "./use-incident";
import { incidentKeys, useIncidentKeys } from "./use-incident-keys";

// Loaded when one is opened.
const IncidentDialog = onDemand(async () => (await import("./incident-dialog")).IncidentDialog);

interface IncidentViewProps {
  incidentId: string;
  /** On its own page; beside a list the list has the keys. */
  hasKeys?: boolean;
}

/** One incident, whole: the same beside the list and on its page. */
export function IncidentView({ incidentId, hasKeys = false }: IncidentViewProps) {
  const detail = useIncident(incidentId);
  return (
    <QueryView query={detail} skeleton={<IncidentSkeleton />}>
      {({ entity, actions }) => <Loaded incident={entity} actions={actions} hasKeys={hasKeys} />}
    </QueryView>
  );
}

function Loaded({ incident, actions, hasKeys }: { incident: Incident; actions: Action[]; hasKeys: boolean }) {
  const [dialog, setDialog] = useState<IncidentAction | null>(null);
  const background = useBackground(incident);
  const server = useIncidentActions();
  useOffered(actions, setDialog);
  useIncidentKeys({
    target: () => (hasKeys ? incident.incident_id : null),
    onAction: (_id, action) => setDialog(action),
  });
  return (
    <div className="@container">
      <div className="flex flex-col gap-6">
        <IncidentHeadline incident={incident} actions={actions} background={background} onAction={setDialog} />
        <StepBar steps={stepsOf(incident)} />
        <div className="grid gap-x-12 gap-y-6 @3xl:grid-cols-[minmax(0,1fr)_minmax(18rem,22rem)] @3xl:grid-rows-[auto_1fr]">
          <IncidentTimeline incidentId={incident.incident_id} />
          <div className="flex min-w-0 flex-col gap-6 @3xl:col-start-2 @3xl:row-span-2 @3xl:row-start-1">
            <IncidentFacts incident={incident} background={background} />
            <IncidentRelated incidentId={incident.incident_id} />
          </div>
          <ExportsSection incident={incident} actions={server} />
        </div>
      </div>
      {dialog === null ? null : <IncidentDialog incident={incident} action={dialog} onClose={() => setDialog(null)} />}
    </div>
  );
}

/** The command palette has what the buttons have. */
function useOffered(actions: readonly Action[], start: (action: IncidentAction) => void): void {
  const offered = useMemo(
    () =>
      actions.flatMap(({ action: name, label, reason }) => {
        const action = incidentActions.find((known) => known === name);
        const shortcut = Object.entries(incidentKeys).find(([, known]) => known === name)?.[0];
        if (action === undefined) return [];
        const rest = shortcut === undefined ? {} : { shortcut };
        return [{ id: `incident.${name}`, label: `${label} this incident`, reason, run: () => start(action), ...rest }];
      }),
    [actions, start],
  );
  usePaletteActions(offered);
}

function IncidentSkeleton() {
  return (
    <div className="flex flex-col gap-4" aria-busy>
      <Skeleton className="h-5 w-64" />
      <Skeleton className="h-10 w-full" />
      <Skeleton className="h-12 w-full" />
      <Skeleton className="h-7 w-80" />
      <Skeleton className="h-5 w-72" />
      <Skeleton className="h-64 w-full" />
    </div>
  );
}
