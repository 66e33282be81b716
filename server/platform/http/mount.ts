// From a registry to what Next's route files export, and to the front door's listener. Every method of every address is
// answered: HEAD and OPTIONS by themselves, the rest with a 405 that lists what is allowed.

import { v7 as uuidv7 } from "uuid";
import { respond, respondProblem } from "@/server/platform/http/answer";
import type { Endpoint } from "@/server/platform/http/contract";
import { dispatch, type Services } from "@/server/platform/http/dispatch";
import type { Handled } from "@/server/platform/http/handle";
import { MethodNotAllowed, NotFound } from "@/server/platform/http/problem";
import type { Registry } from "@/server/platform/http/registry";

const httpMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
type HttpMethod = (typeof httpMethods)[number];

/** Next gives undefined for an address without parameters. */
type RouteParams = Promise<Record<string, string | string[] | undefined> | undefined>;
type RouteHandler = (request: Request, context: { params: RouteParams }) => Promise<Response>;
export type RouteFile = Record<HttpMethod, RouteHandler>;

type Params = Readonly<Record<string, string>>;

/** `mount(list, create)` → all that a route file exports. Throws at load for a contract that has no handler. */
export function mountOn(registry: Registry, services: Services) {
  return function mount(...endpoints: Endpoint[]): RouteFile {
    const handlers = endpoints.map((endpoint) => registry.handlerOf(endpoint));
    const methods = new Map<string, Handled>(handlers.map((handled) => [handled.endpoint.method, handled]));
    const route: RouteHandler = async (request, context) =>
      answerMethod(methods, request, { params: textOnly(await context.params), services });
    return { GET: route, HEAD: route, POST: route, PUT: route, PATCH: route, DELETE: route, OPTIONS: route };
  };
}

/** Answers any request to an address of the registry, null for other addresses: the way in for listeners and tests. */
export function routerOn(registry: Registry, services: Services) {
  return async function route(request: Request): Promise<Response | null> {
    const match = registry.match(pathOf(request.url));
    return match && answerMethod(match.methods, request, { params: match.params, services });
  };
}

/** The route file of addresses below /api that no operation has. */
export function mountNothing(): RouteFile {
  const route: RouteHandler = async () => notFound();
  return { GET: route, HEAD: route, POST: route, PUT: route, PATCH: route, DELETE: route, OPTIONS: route };
}

export function notFound(): Response {
  return respondProblem(NotFound.with(), uuidv7());
}

async function answerMethod(
  methods: ReadonlyMap<string, Handled>,
  request: Request,
  { params, services }: { params: Params; services: Services },
): Promise<Response> {
  const wanted = request.method === "HEAD" ? "GET" : request.method;
  const handled = methods.get(wanted);
  if (handled) {
    const response = await dispatch({ handled, request, params, services });
    return request.method === "HEAD" ? withoutBody(response) : response;
  }
  const allow = [...methods.keys(), ...(methods.has("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
  if (request.method === "OPTIONS") {
    return respond({ status: 204, headers: { Allow: allow }, bytes: null, contentType: "" }, uuidv7());
  }
  return respondProblem(MethodNotAllowed.with({ detail: `Allowed here: ${allow}.` }), uuidv7(), { Allow: allow });
}

async function withoutBody(response: Response): Promise<Response> {
  await response.body?.cancel();
  return new Response(null, { status: response.status, headers: response.headers });
}

function textOnly(params: Awaited<RouteParams>): Params {
  return Object.fromEntries(Object.entries(params ?? {}).map(([name, value]) => [name, String(value ?? "")]));
}

/** The path of a URL, without building a URL object: this runs for every request. */
export function pathOf(url: string): string {
  const start = url.startsWith("/") ? 0 : url.indexOf("/", url.indexOf("//") + 2);
  if (start < 0) return "/";
  const end = url.slice(start).search(/[?#]/);
  return end < 0 ? url.slice(start) : url.slice(start, start + end);
}
