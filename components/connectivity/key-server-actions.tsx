"use client";

import { createContext, type ReactNode, useContext } from "react";
import type { ServerAction } from "@/components/data/use-action";
import type { ApiKey, IssuedApiKey } from "@/server/connectivity/contract";
import type { Freeze } from "@/server/gate/wire";

/** What a page hands to the views below it: the writes, as server actions. */
export interface KeyActions {
  create: ServerAction<IssuedApiKey>;
  rotate: ServerAction<IssuedApiKey>;
  revoke: ServerAction<ApiKey>;
  freeze: ServerAction<Freeze>;
  lift: ServerAction<Freeze>;
}

const Actions = createContext<KeyActions | null>(null);

export function KeyActionsProvider({ actions, children }: { actions: KeyActions; children: ReactNode }) {
  return <Actions value={actions}>{children}</Actions>;
}

export function useKeyActions(): KeyActions {
  const actions = useContext(Actions);
  if (actions === null) throw new Error("a view of keys without its actions");
  return actions;
}
