// The operations of the console, without what needs Next around it.

import { activityHandlers } from "@/server/activity/handlers";
import { connectivityHandlers } from "@/server/connectivity/handlers";
import { exportHandlers } from "@/server/exports/handlers";
import { gateHandlers } from "@/server/gate/handlers";
import { incidentHandlers } from "@/server/incidents/handlers";
import { logHandlers } from "@/server/logs/handlers";
import { overviewHandlers } from "@/server/overview/handlers";
import { registryOf } from "@/server/platform/http/registry";
import { policyHandlers } from "@/server/policies/handlers";

export const consoleRegistry = registryOf([
  ...activityHandlers,
  ...connectivityHandlers,
  ...exportHandlers,
  ...gateHandlers,
  ...incidentHandlers,
  ...logHandlers,
  ...overviewHandlers,
  ...policyHandlers,
]);
