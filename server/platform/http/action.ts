// A contract as a server action: console forms submit through it before and after hydration. It takes the same way as
// a program's request; only the Origin was already checked, by Next.

import { cookies } from "next/headers";
import { z } from "zod";
import { addressOf } from "@/server/platform/http/client";
import type { Endpoint, OutputOf } from "@/server/platform/http/contract";
import { dispatch, type Services } from "@/server/platform/http/dispatch";
import { formValues } from "@/server/platform/http/form";
import type { problemBody } from "@/server/platform/http/problem";
import { parameterNames, type Registry } from "@/server/platform/http/registry";

/** What a form shows after it was sent. `problem.errors[].pointer` names the fields. */
export type ActionState<V> =
  | { ok: true; value: V }
  | { ok: false; problem: ReturnType<typeof problemBody> & { errors?: { pointer: string; detail: string }[] } };

type Action<E extends Endpoint> = (
  previous: ActionState<OutputOf<E>> | null,
  form: FormData,
) => Promise<ActionState<OutputOf<E>>>;

/**
 * `action(endpoint)` → a function for `useActionState`. Form fields are named as on the wire: path parameters by their
 * names, nested fields with dots (`scope.type`), `idempotency_key` against double submits.
 */
export function actionOn(registry: Registry, services: Services, cookieHeader: () => Promise<string> = nextCookies) {
  return function action<E extends Endpoint>(endpoint: E): Action<E> {
    const handled = registry.handlerOf(endpoint);
    return async (_previous, form) => {
      const params = textFields(form, parameterNames(endpoint.path));
      const request = await requestOf(endpoint, { form, params, cookie: await cookieHeader() });
      const response = await dispatch({ handled, request, params, services, originChecked: true });
      return stateOf<E>(response);
    };
  };
}

async function nextCookies(): Promise<string> {
  return (await cookies()).toString();
}

async function requestOf(
  endpoint: Endpoint,
  sent: { form: FormData; params: Record<string, string>; cookie: string },
): Promise<Request> {
  const fields = new Map([...sent.form].filter(([name]) => !name.startsWith("$ACTION") && !(name in sent.params)));
  const key = fields.get("idempotency_key");
  fields.delete("idempotency_key");
  const headers = new Headers({ cookie: sent.cookie, "content-type": "application/json" });
  if (typeof key === "string" && key !== "") headers.set("idempotency-key", key);
  const shape = endpoint.body instanceof z.ZodObject ? endpoint.body : null;
  const body = JSON.stringify(
    formValues(
      shape,
      [...sent.form].filter(([name]) => fields.has(name)),
    ),
  );
  return new Request(`http://action.invalid${addressOf(endpoint, sent)}`, { method: endpoint.method, headers, body });
}

function textFields(form: FormData, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, String(form.get(name) ?? "")]));
}

async function stateOf<E extends Endpoint>(response: Response): Promise<ActionState<OutputOf<E>>> {
  const text = await response.text();
  return outcome<E>(response.ok, text === "" ? undefined : JSON.parse(text));
}

// The dispatcher answered: `returns` of this endpoint, or a problem body.
function outcome<E extends Endpoint>(ok: boolean, body: unknown): ActionState<OutputOf<E>> {
  return (ok ? { ok, value: body } : { ok, problem: body }) as ActionState<OutputOf<E>>;
}
