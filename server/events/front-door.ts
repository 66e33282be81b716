// The tenant's stream answered straight from Node, as the gate is: a stream is open for hours, and what it costs through a
// framework it would cost all that time.

import { resolvePrincipal } from "@/server/platform/auth/resolve";
import { notFound, routerOn } from "@/server/platform/http/mount";
import { rateLimiter } from "@/server/platform/http/rate";
import { registryOf } from "@/server/platform/http/registry";
import { eventHandlers } from "./handlers";

const STREAM_PATH = /^\/api\/v1\/events\/?$/;

export function isStreamPath(pathname: string): boolean {
  return STREAM_PATH.test(pathname);
}

const route = routerOn(registryOf(eventHandlers), { resolvePrincipal, takeRate: rateLimiter({}) });

/** Answers any request whose path `isStreamPath`. */
export async function streamFetch(request: Request): Promise<Response> {
  return (await route(request)) ?? notFound();
}
