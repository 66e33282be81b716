// An open stream costs a timer, a query now and then, and a page of memory for as long as its reader likes: so there are
// only so many of them.

import { actorKey, type Principal } from "@/server/platform/auth/principal";
import { once } from "@/server/platform/env/once";
import { RateLimited } from "@/server/platform/http/problem";

export const MOST_OF_A_PRINCIPAL = 20;
export const MOST_OF_A_PROCESS = 500;
const RETRY_S = 5;

function taken(): Map<string, number> {
  return once("streams", () => new Map<string, number>());
}

/** Takes a place and returns how to give it back, once. Throws 429 `rate-limited` when there is none. */
export function takePlace(principal: Principal): () => void {
  const places = taken();
  const name = `${principal.tenantId}/${actorKey(principal)}`;
  const own = places.get(name) ?? 0;
  if (own >= MOST_OF_A_PRINCIPAL) throw none(`You have ${own} open streams, and may have ${MOST_OF_A_PRINCIPAL}.`);
  const all = [...places.values()].reduce((sum, one) => sum + one, 0);
  if (all >= MOST_OF_A_PROCESS) throw none(`This process has ${all} open streams, and takes no more.`);
  places.set(name, own + 1);
  let isTaken = true;
  return () => {
    if (!isTaken) return;
    isTaken = false;
    const left = (places.get(name) ?? 1) - 1;
    if (left === 0) places.delete(name);
    else places.set(name, left);
  };
}

function none(detail: string) {
  return RateLimited.with({ detail, retry_after: RETRY_S });
}
