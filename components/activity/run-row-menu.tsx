"use client";

import { Ban, ExternalLink, Play, X } from "lucide-react";
import type { MenuItem } from "@/components/ui/menu";
import type { RunSummary } from "@/server/activity/contract";
import { runHref } from "./run-href";

export type RunDeed = "cancel" | "approve" | "deny";

type Rights = { mayWrite: boolean; mayOverride: boolean };

/** What may be done with a run from its row; what the server would refuse says why. */
export function runMenu(run: RunSummary, rights: Rights, start: (deed: RunDeed, run: RunSummary) => void): MenuItem[] {
  const over = run.state === "completed" ? "The run is over." : null;
  const needs = (has: boolean, permission: string) => (has ? null : `This needs the permission ${permission}.`);
  const item = (id: RunDeed, label: string, reason: string | null): MenuItem => ({
    ...{ id, label, reason, disabled: reason !== null },
    onSelect: () => start(id, run),
  });
  const release = over ?? needs(rights.mayOverride, "policies:override");
  const waits = run.status === "paused";
  return [
    { id: "open", label: "Open page", icon: <ExternalLink />, href: runHref(run.run_id) },
    ...(waits
      ? [
          { ...item("approve", "Approve…", release), icon: <Play /> },
          { ...item("deny", "Deny…", release), icon: <Ban /> },
        ]
      : []),
    { ...item("cancel", "Cancel run…", over ?? needs(rights.mayWrite, "runs:write")), icon: <X />, danger: true },
  ];
}
