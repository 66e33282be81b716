// What stands in the addresses of the connectivity pages. Names are the API's.

import { asOneOf, asText } from "@/components/data/address-params";
import { keyStates, type listApiKeys } from "@/server/connectivity/contract";
import type { CallOf } from "@/server/platform/http/contract";
import { languages } from "./snippets";

const sorts = ["-created_at", "created_at", "name", "-name", "-last_used_at", "last_used_at"] as const;

export const keyListParams = {
  status: asOneOf(keyStates),
  sort: asOneOf(sorts).withDefault("-created_at"),
  open: asText,
};

/** `key`: the key whose first use is waited for; `agent`: the name that the snippet sends. */
export const setupParams = {
  key: asText,
  agent: asText.withDefault("first-agent"),
  language: asOneOf(languages).withDefault("curl"),
};

interface KeyListParams {
  status: (typeof keyStates)[number] | null;
  sort: (typeof sorts)[number];
}

export function keyListQuery({ status, sort }: KeyListParams): NonNullable<CallOf<typeof listApiKeys>["query"]> {
  return { ...(status === null ? {} : { status }), sort };
}

export function keyInput(keyId: string) {
  return { params: { key_id: keyId } };
}

/** The freeze that is in force on a key, if there is one. */
export function keyFreezeInput(keyId: string) {
  return { query: { type: "key" as const, id: keyId, lifted: false, page_size: 1 } };
}

export function keyHref(keyId: string): string {
  return `/connectivity/api-keys/${encodeURIComponent(keyId)}`;
}

/** The keys that the set-up offers. */
export const pickableKeys = { query: { status: "active", page_size: 100 } } as const;

/** The newest run of the agent that started after the instant. */
export function firstRunInput(agent: string, since: string) {
  return { query: { agent, started_after: since, sort: "-started_at" as const, page_size: 1 } };
}
