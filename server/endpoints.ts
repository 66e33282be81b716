// The registry: every operation of the product with its handler, and what is derived from it. A domain joins with one
// line; a contract without a handler fails when a route file that mounts it loads.

import { accountHandlers } from "@/server/account/handlers";
import { activityHandlers } from "@/server/activity/handlers";
import { connectivityHandlers } from "@/server/connectivity/handlers";
import { eventHandlers } from "@/server/events/handlers";
import { exportHandlers } from "@/server/exports/handlers";
import { gateHandlers } from "@/server/gate/handlers";
import { incidentHandlers } from "@/server/incidents/handlers";
import { logHandlers } from "@/server/logs/handlers";
import { overviewHandlers } from "@/server/overview/handlers";
import { resolvePrincipal } from "@/server/platform/auth/resolve";
import { actionOn } from "@/server/platform/http/action";
import type { Services } from "@/server/platform/http/dispatch";
import { mountOn, routerOn } from "@/server/platform/http/mount";
import { platformHandlers } from "@/server/platform/http/probes";
import { rateLimiter } from "@/server/platform/http/rate";
import { readerOn } from "@/server/platform/http/read";
import { type Registry, registryOf } from "@/server/platform/http/registry";
import { policyHandlers } from "@/server/policies/handlers";
import { transparencyHandlers } from "@/server/transparency/handlers";

export const registry: Registry = registryOf([
  ...platformHandlers(() => registry),
  ...accountHandlers,
  ...connectivityHandlers,
  ...policyHandlers,
  ...activityHandlers,
  ...incidentHandlers,
  ...transparencyHandlers,
  ...gateHandlers,
  ...logHandlers,
  ...exportHandlers,
  ...eventHandlers,
  ...overviewHandlers,
]);

const services: Services = { resolvePrincipal, takeRate: rateLimiter({}) };

/** For route files: `export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = mount(list, create);` */
export const mount = mountOn(registry, services);

/** For `app/**\/actions.ts`: `export const acknowledge = action(acknowledgeIncident);` */
export const action = actionOn(registry, services);

/** For pages: what an operation answers to the viewer, without HTTP. */
export const answer = readerOn(registry);

/** Answers a request to any operation, null for other addresses: for the front door and for tests. */
export const route = routerOn(registry, services);
