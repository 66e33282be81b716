"use client";

import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { useMay, useSession } from "@/components/shell/session";
import { listUsers } from "@/server/account/contract";
import { listApiKeys } from "@/server/connectivity/contract";
import { api } from "@/server/platform/http/client";

const everybody = { query: { page_size: 100 } };

interface Actor {
  actor_type: string;
  actor_id: string;
}

/** Says who did something: a member's or key's name where the viewer may read it, a short id otherwise. */
export function useActorName(): (actor: Actor) => string {
  const self = useSession().user.user_id;
  const members = useQuery({ ...api.query(listUsers, everybody), enabled: useMay("members:read") }).data?.items;
  const keys = useQuery({ ...api.query(listApiKeys, everybody), enabled: useMay("keys:read") }).data?.items;
  const names = useMemo(
    () =>
      new Map([
        ...(members ?? []).map((member): [string, string] => [member.user_id, member.name ?? member.email]),
        ...(keys ?? []).map((key): [string, string] => [key.key_id, `Key ${key.name}`]),
      ]),
    [members, keys],
  );
  return useCallback(
    ({ actor_type, actor_id }) => {
      if (actor_type === "system") return `Holdpoint (${actor_id})`;
      if (actor_id === self) return "You";
      return names.get(actor_id) ?? `${actor_type === "key" ? "Key" : "Member"} …${actor_id.slice(-6)}`;
    },
    [names, self],
  );
}
