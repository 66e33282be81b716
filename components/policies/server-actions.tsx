"use client";

import { createContext, type ReactNode, useContext } from "react";
import type { ServerAction } from "@/components/data/use-action";
import type { Freeze } from "@/server/gate/wire";
import type { Limit, Policy, PolicyPrecedence, PolicyScopes } from "@/server/policies/wire";

/** What a page hands to the views below it: the writes, as server actions. */
export interface PolicyActions {
  createRule: ServerAction<Policy>;
  replaceRule: ServerAction<Policy>;
  retireRule: ServerAction<Policy>;
  replaceScopes: ServerAction<PolicyScopes>;
  replacePrecedence: ServerAction<PolicyPrecedence>;
  createLimit: ServerAction<Limit>;
  replaceLimit: ServerAction<Limit>;
  disableLimit: ServerAction<Limit>;
  setFreeze: ServerAction<Freeze>;
  liftFreeze: ServerAction<Freeze>;
}

const Actions = createContext<PolicyActions | null>(null);

export function PolicyActionsProvider({ actions, children }: { actions: PolicyActions; children: ReactNode }) {
  return <Actions value={actions}>{children}</Actions>;
}

export function usePolicyActions(): PolicyActions {
  const actions = useContext(Actions);
  if (actions === null) throw new Error("a policy's view without its actions");
  return actions;
}
