"use client";

import { useState } from "react";
import { useMay } from "@/components/shell/session";
import type { MenuItem } from "@/components/ui/menu";
import type { IncidentSummary } from "@/server/incidents/contract";
import type { IncidentAction } from "./deeds";
import { focusedRow, useIncidentKeys } from "./use-incident-keys";

export interface Triage {
  /** What is being done, to which incident; null when nothing is. */
  deed: { incident: IncidentSummary; action: IncidentAction } | null;
  start: (incident: IncidentSummary, action: IncidentAction) => void;
  finish: () => void;
  menu: (incident: IncidentSummary) => MenuItem[];
}

const needsPermission = "This needs the permission incidents:respond";

/** A list's keys and row menus. The keys act on the row with the focus, else on the open one. */
export function useTriage({
  rows,
  openId,
  onOpen,
}: {
  rows: readonly IncidentSummary[];
  openId: string | null;
  onOpen: (incidentId: string) => void;
}): Triage {
  const [deed, setDeed] = useState<Triage["deed"]>(null);
  const mayRespond = useMay("incidents:respond");
  useIncidentKeys({
    target: () => focusedRow() ?? openId,
    onAction: (id, action) => {
      const incident = rows.find((row) => row.incident_id === id);
      if (incident !== undefined) setDeed({ incident, action });
    },
    onSpace: onOpen,
  });
  const start = (incident: IncidentSummary, action: IncidentAction) => setDeed({ incident, action });
  return {
    deed,
    start,
    finish: () => setDeed(null),
    menu: (incident) => menuOf(incident, { mayRespond, start, onOpen }),
  };
}

interface MenuPower {
  mayRespond: boolean;
  start: Triage["start"];
  onOpen: (incidentId: string) => void;
}

function menuOf(incident: IncidentSummary, { mayRespond, start, onOpen }: MenuPower): MenuItem[] {
  const item = (action: IncidentAction, label: string, rest: { shortcut?: string; why: string | null }): MenuItem => {
    const reason = mayRespond ? rest.why : needsPermission;
    return {
      id: action,
      label,
      shortcut: rest.shortcut,
      disabled: reason !== null,
      reason,
      onSelect: () => start(incident, action),
    };
  };
  const isResolved = incident.status === "resolved";
  const closed = isResolved ? "It is resolved; reopen it first" : null;
  const taken = incident.status === "acknowledged" ? "It is acknowledged already" : closed;
  return [
    { id: "open", label: "Open", shortcut: "↵", onSelect: () => onOpen(incident.incident_id) },
    item("acknowledge", "Acknowledge…", { shortcut: "a", why: taken }),
    item("escalate", "Escalate…", { shortcut: "e", why: closed }),
    item("resolve", "Resolve…", { shortcut: "r", why: closed }),
    item("comment", "Comment…", { shortcut: "c", why: null }),
    item("reopen", "Reopen…", { why: isResolved ? null : "It is not resolved" }),
    { id: "page", label: "Open page", href: `/incidents/${incident.incident_id}` },
    ...(incident.source_run_id === null
      ? []
      : [{ id: "run", label: "Go to the run", href: `/activity/runs/${incident.source_run_id}` }]),
  ];
}
