// A contract's read, answered in process for a page: the same handler, permission and shape as over HTTP, so what a page
// renders first and what the browser fetches later cannot differ.

import type { Principal } from "@/server/platform/auth/principal";
import { addressOf } from "@/server/platform/http/client";
import type { CallOf, Endpoint, OutputOf } from "@/server/platform/http/contract";
import { dispatch } from "@/server/platform/http/dispatch";
import { ProblemError } from "@/server/platform/http/problem";
import { parameterNames, type Registry } from "@/server/platform/http/registry";

/** `answer(endpoint, input, principal)`. Rejects with `ProblemError`, as the client does. */
export function readerOn(registry: Registry) {
  return async function answer<E extends Endpoint>(
    endpoint: E,
    input: CallOf<E>,
    principal: Principal,
  ): Promise<OutputOf<E>> {
    const handled = registry.handlerOf(endpoint);
    const parts: { params?: Record<string, unknown>; query?: object } = input;
    const names = parameterNames(endpoint.path);
    const params = Object.fromEntries(names.map((name) => [name, String(parts.params?.[name] ?? "")]));
    const request = new Request(`http://page.invalid${addressOf(endpoint, parts)}`);
    const services = { resolvePrincipal: async () => principal, takeRate: () => undefined };
    const response = await dispatch({ handled, request, params, services });
    const text = await response.text();
    const value: unknown = text === "" ? undefined : JSON.parse(text);
    if (!response.ok) throw new ProblemError(response.status, Object(value));
    return answered<E>(value);
  };
}

// The dispatcher answered by this very endpoint.
function answered<E extends Endpoint>(value: unknown): OutputOf<E> {
  return value as OutputOf<E>;
}
