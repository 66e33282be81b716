"use client";

import { useQuery } from "@tanstack/react-query";
import { useMay } from "@/components/shell/session";
import { type ApiKey, getApiKey } from "@/server/connectivity/contract";
import { listFreezes } from "@/server/gate/freeze-contract";
import type { Freeze } from "@/server/gate/wire";
import { api } from "@/server/platform/http/client";
import type { Action } from "@/server/platform/http/contract";
import { keyFreezeInput, keyInput } from "./search-params";

export function useKey(keyId: string) {
  return useQuery(api.query(getApiKey, keyInput(keyId)));
}

/** The freeze in force on the key; null without one, or while it is being read. */
export function useKeyFreeze(apiKey: ApiKey): Freeze | null {
  const enabled = useMay("policies:read") && apiKey.frozen;
  const freezes = useQuery({ ...api.query(listFreezes, keyFreezeInput(apiKey.key_id)), enabled });
  return enabled ? (freezes.data?.items[0] ?? null) : null;
}

/** Freeze or lift, as the key's own actions are told: by name, with the reason why not. */
export function freezeAction(apiKey: ApiKey, mayOverride: boolean): Action {
  const missing = mayOverride ? null : "This needs the permission policies:override.";
  const over = apiKey.status === "active" ? null : "The key is not in use any more.";
  const reason = missing ?? (apiKey.frozen ? null : over);
  const named = apiKey.frozen ? { action: "lift", label: "Lift the freeze" } : { action: "freeze", label: "Freeze" };
  return { ...named, enabled: reason === null, reason };
}
