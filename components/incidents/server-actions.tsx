"use client";

import { createContext, type ReactNode, useContext } from "react";
import type { ServerAction } from "@/components/data/use-action";
import type { ExportActions } from "@/components/exports/server-actions";
import type { Comment, Incident } from "@/server/incidents/contract";

/** What a page hands to the views below it: the writes, as server actions. */
export interface IncidentActions extends ExportActions {
  acknowledge: ServerAction<Incident>;
  escalate: ServerAction<Incident>;
  resolve: ServerAction<Incident>;
  reopen: ServerAction<Incident>;
  comment: ServerAction<Comment>;
  create: ServerAction<Incident>;
}

const Actions = createContext<IncidentActions | null>(null);

export function IncidentActionsProvider({ actions, children }: { actions: IncidentActions; children: ReactNode }) {
  return <Actions value={actions}>{children}</Actions>;
}

export function useIncidentActions(): IncidentActions {
  const actions = useContext(Actions);
  if (actions === null) throw new Error("an incident's view without its actions");
  return actions;
}
