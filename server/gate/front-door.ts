// The gate answered straight from Node, without a framework between: the same contracts, handlers and pipeline as the
// route files. What differs is that a key's hash is looked up once and kept; its status is read with every batch.

import { noteKeyUse } from "@/server/platform/auth/key-use";
import type { Principal } from "@/server/platform/auth/principal";
import {
  findKey,
  type KeyIdentity,
  parseApiKey,
  principalOfKey,
  resolvePrincipal,
} from "@/server/platform/auth/resolve";
import { once } from "@/server/platform/env/once";
import { notFound, routerOn } from "@/server/platform/http/mount";
import { rateLimiter } from "@/server/platform/http/rate";
import { registryOf } from "@/server/platform/http/registry";
import { gateHandlers } from "./handlers";
import { patienceEnds, patiently } from "./patience";

const GATE_PATH = /^\/api\/v1\/runs(?:\/|$)/;
const MAX_KEYS = 10_000;
/** A tenant's own status may lie that far back; a key's never does. */
const KEEP_MS = 5_000;
const LOOKUP_TRIES = 3;

export function isGatePath(pathname: string): boolean {
  return GATE_PATH.test(pathname);
}

/** A dry run: answered without a batch. */
function isRead(request: Request): boolean {
  return /\/check\/?(?:\?|$)/.test(request.url);
}

type Kept = { identity: KeyIdentity; at: number };

function keptKeys(): Map<string, Kept> {
  return once("gate-keys", () => new Map<string, Kept>());
}

/** Posts go through a batch, which reads the key's status itself; reads have no batch and look the key up each time. */
async function gatePrincipal(request: Request): Promise<Principal | null> {
  const parsed = request.method === "POST" ? parseApiKey(request.headers.get("authorization")) : null;
  if (parsed === null || isRead(request)) return resolvePrincipal(request);
  const keys = keptKeys();
  const name = parsed.hash.toString("base64");
  const kept = keys.get(name);
  if (kept !== undefined && Date.now() - kept.at < KEEP_MS) {
    noteKeyUse(kept.identity);
    return principalOfKey(kept.identity);
  }
  const identity = await patiently(() => findKey(parsed.hash), { tries: LOOKUP_TRIES, until: patienceEnds() });
  if (identity === null) {
    keys.delete(name);
    return null;
  }
  if (keys.size >= MAX_KEYS) keys.clear();
  keys.set(name, { identity, at: Date.now() });
  noteKeyUse(identity);
  return principalOfKey(identity);
}

const route = routerOn(registryOf(gateHandlers), { resolvePrincipal: gatePrincipal, takeRate: rateLimiter({}) });

/** Answers any request whose path `isGatePath`. */
export async function gateFetch(request: Request): Promise<Response> {
  return (await route(request)) ?? notFound();
}
