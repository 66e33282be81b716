"use client";

import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { useMay, useSession } from "@/components/shell/session";
import { listUsers } from "@/server/account/contract";
import { listApiKeys } from "@/server/connectivity/contract";
import { api } from "@/server/platform/http/client";
import { type Actor, actorName, type Known, namesInput } from "./actor-names";

const STALE_MS = 300_000;

/** Names of the tenant's members and API keys, as far as the viewer may read them; an id that has none yet is shown by its end. */
export function useKnownActors(): Known {
  const { user } = useSession();
  const mayRead = useMay("members:read");
  const mayReadKeys = useMay("keys:read");
  const users = useQuery({ ...api.query(listUsers, namesInput), enabled: mayRead, staleTime: STALE_MS }).data;
  const keys = useQuery({ ...api.query(listApiKeys, namesInput), enabled: mayReadKeys, staleTime: STALE_MS }).data;
  return useMemo(() => {
    const members = (users?.items ?? []).map(({ user_id, name, email }): [string, string] => [user_id, name ?? email]);
    const named = (keys?.items ?? []).map(({ key_id, name }): [string, string] => [key_id, name]);
    return { selfId: user.user_id, members: new Map(members), keys: new Map(named) };
  }, [users, keys, user.user_id]);
}

/** `user:<id>` and the like, in words within a sentence. */
export function useActorName(): (actor: Actor | string) => string {
  const known = useKnownActors();
  return useCallback((actor) => actorName(actor, known), [known]);
}
