// Drives the operations of this domain through the real router, as a principal of the test's choice.

import type { Principal } from "@/server/platform/auth/principal";
import { routerOn } from "@/server/platform/http/mount";
import { registryOf } from "@/server/platform/http/registry";
import { policyHandlers } from "@/server/policies/handlers";

const registry = registryOf(policyHandlers);

/** What a test may look into; a wrong guess fails the test by itself. */
export interface Answer {
  status: number;
  body: Readonly<Record<string, unknown>>;
}

export type PolicyClient = (method: string, path: string, body?: object, headers?: object) => Promise<Answer>;

/** `path` is below `/api/v1/policies`. */
export function policyClient(principal: Principal): PolicyClient {
  const route = routerOn(registry, { resolvePrincipal: async () => principal, takeRate: () => {} });
  return async (method, path, body, headers = {}) => {
    const request = new Request(`http://localhost:3000/api/v1/policies${path}`, {
      method,
      headers: { "Content-Type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const response = await route(request);
    if (response === null) throw new Error(`nothing answers ${method} ${path}`);
    const text = await response.text();
    return { status: response.status, body: text === "" ? {} : JSON.parse(text) };
  };
}
