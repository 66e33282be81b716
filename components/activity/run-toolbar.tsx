"use client";

import { Ban, Snowflake, X } from "lucide-react";
import { useMemo, useState } from "react";
import { type PaletteAction, usePaletteActions } from "@/components/shell/palette-actions";
import { useMay } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { Menu, type MenuItem } from "@/components/ui/menu";
import { onDemand } from "@/components/ui/on-demand";
import type { RunActivity } from "@/server/activity/contract";
import type { Action } from "@/server/platform/http/contract";
import type { FreezeTarget } from "./run-dialogs";

// Loaded when one is opened.
const CancelRun = onDemand(async () => (await import("./run-dialogs")).CancelRun);
const FreezeDialog = onDemand(async () => (await import("./run-dialogs")).FreezeDialog);

interface RunToolbarProps {
  run: RunActivity;
  actions: readonly Action[];
}

/** Cancel, and behind it the kill-switches; the same in the palette. A paused run is released where it says why it waits. */
export function RunToolbar({ run, actions }: RunToolbarProps) {
  const [isCancelling, setCancelling] = useState(false);
  const [frozen, setFrozen] = useState<FreezeTarget | null>(null);
  const mayOverride = useMay("policies:override");
  const cancel = actions.find((one) => one.action === "cancel");
  const items = useMemo(
    () => [cancelItem(cancel, () => setCancelling(true)), ...freezeItems(run, mayOverride, setFrozen)],
    [run, cancel, mayOverride],
  );
  usePaletteActions(useMemo(() => items.map(offered), [items]));
  return (
    <>
      {cancel?.enabled === true ? (
        <Button variant="danger" icon={<X />} onClick={() => setCancelling(true)}>
          Cancel run…
        </Button>
      ) : null}
      <Menu label="More actions on this run" items={items} />
      {isCancelling ? <CancelRun run={run} open onOpenChange={setCancelling} /> : null}
      {frozen === null ? null : <FreezeDialog target={frozen} onClose={() => setFrozen(null)} />}
    </>
  );
}

function cancelItem(action: Action | undefined, start: () => void): MenuItem {
  const reason = action === undefined ? "It cannot be cancelled now." : action.reason;
  return { id: "cancel", label: "Cancel run…", icon: <X />, disabled: reason !== null, reason, onSelect: start };
}

function offered({ id, label, reason = null, onSelect }: MenuItem): PaletteAction {
  return { id: `run-${id}`, label, reason, run: () => onSelect?.() };
}

function freezeItems(run: RunActivity, mayOverride: boolean, start: (target: FreezeTarget) => void): MenuItem[] {
  const needs = mayOverride ? null : "This needs the permission policies:override.";
  const over = run.state === "completed" ? "The run is over." : null;
  const noKey = run.api_key_id === null ? "No API key started it." : null;
  const item = (target: FreezeTarget, label: string, reason: string | null): MenuItem => ({
    ...{ id: `freeze-${target.type}`, label, reason, disabled: reason !== null, danger: true },
    icon: target.type === "run" ? <Ban /> : <Snowflake />,
    onSelect: () => start(target),
  });
  return [
    item({ type: "run", id: run.run_id }, "Freeze this run…", over ?? needs),
    item({ type: "agent", id: run.agent_id }, `Freeze the agent ${run.agent_id}…`, needs),
    item({ type: "key", id: run.api_key_id ?? "" }, "Freeze its API key…", noKey ?? needs),
  ];
}
