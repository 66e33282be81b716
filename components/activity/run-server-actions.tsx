"use client";

import { createContext, type ReactNode, useContext } from "react";
import type { ServerAction } from "@/components/data/use-action";
import type { Replay } from "@/server/activity/contract";
import type { Freeze, RunDetail } from "@/server/gate/wire";

/** What a page hands to the views below it: the writes, as server actions. */
export interface RunActions {
  cancel: ServerAction<RunDetail>;
  release: ServerAction<RunDetail>;
  freeze: ServerAction<Freeze>;
  replay: ServerAction<Replay>;
}

const Actions = createContext<RunActions | null>(null);

export function RunActionsProvider({ actions, children }: { actions: RunActions; children: ReactNode }) {
  return <Actions value={actions}>{children}</Actions>;
}

export function useRunActions(): RunActions {
  const actions = useContext(Actions);
  if (actions === null) throw new Error("a run's view without its actions");
  return actions;
}
