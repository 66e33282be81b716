// OpenAPI 3.1 of all operations, from their contracts alone.

import { z } from "zod";
import { createDocument, type ZodOpenApiOperationObject } from "zod-openapi";
import { SESSION_COOKIE } from "@/server/platform/auth/session-cookie";
import { type Endpoint, RawBody } from "@/server/platform/http/contract";
import {
  DatabaseUnavailable,
  Forbidden,
  IdempotencyKeyReused,
  Internal,
  NotFound,
  NotIJson,
  PayloadTooLarge,
  type ProblemDefinition,
  RateLimited,
  StaleVersion,
  Unauthenticated,
  UnsupportedMediaType,
  ValidationFailed,
} from "@/server/platform/http/problem";
import type { Registry } from "@/server/platform/http/registry";

const ProblemBody = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    request_id: z.string(),
    errors: z.array(z.object({ pointer: z.string(), code: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: "Problem", description: "RFC 9457. `errors` comes with 422." });

const texts = new WeakMap<Registry, string>();

/** The document as JSON text, made once per registry. */
export function openApiText(registry: Registry): string {
  const known = texts.get(registry);
  if (known !== undefined) return known;
  const text = JSON.stringify(openApiDocument(registry));
  texts.set(registry, text);
  return text;
}

export function openApiDocument(registry: Registry) {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const { endpoint } of registry.all) {
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method.toLowerCase()]: operationOf(endpoint) };
  }
  return createDocument({
    openapi: "3.1.0",
    info: {
      title: "Holdpoint",
      version: "1",
      description: "A run is stopped at the step that breaks policy, and the evidence proves it.",
    },
    paths,
    components: {
      securitySchemes: {
        api_key: { type: "http", scheme: "bearer", description: "`hp_live_…`" },
        session: { type: "apiKey", in: "cookie", name: SESSION_COOKIE },
        operator: { type: "http", scheme: "bearer", description: "METRICS_TOKEN" },
      },
    },
  });
}

function operationOf(endpoint: Endpoint): ZodOpenApiOperationObject {
  const isRead = endpoint.method === "GET";
  const header = headersOf(endpoint);
  return {
    operationId: endpoint.id,
    ...(endpoint.summary === undefined ? {} : { summary: endpoint.summary }),
    tags: [endpoint.id.split(".")[0] ?? endpoint.id],
    security: securityOf(endpoint),
    "x-permission": endpoint.permission,
    requestParams: { path: endpoint.params, query: endpoint.query, ...(header ? { header } : {}) },
    ...(isRead ? {} : { requestBody: { content: bodyOf(endpoint) } }),
    responses: { [`${endpoint.status}`]: successOf(endpoint), ...failuresOf(endpoint) },
  };
}

function bodyOf({ body }: Endpoint) {
  if (body !== RawBody) return { "application/json": { schema: body } };
  return { "application/octet-stream": { schema: { type: "string", format: "binary" } as const } };
}

function securityOf(endpoint: Endpoint): Record<string, string[]>[] {
  if (endpoint.permission === "none") return [];
  return endpoint.permission.startsWith("platform:") ? [{ operator: [] }] : [{ api_key: [] }, { session: [] }];
}

function headersOf(endpoint: Endpoint): z.ZodObject | null {
  if (endpoint.method === "GET" || endpoint.permission === "none") return null;
  const key = z.string().min(1).max(255).optional();
  const version = z.string().optional().meta({ description: "The version that the edit was made from." });
  const takesVersion = endpoint.body instanceof z.ZodObject && "version" in endpoint.body.shape;
  return z.object(takesVersion ? { "Idempotency-Key": key, "If-Match": version } : { "Idempotency-Key": key });
}

function successOf(endpoint: Endpoint) {
  const isJson = !(endpoint.returns instanceof z.ZodCustom);
  if (endpoint.returns instanceof z.ZodVoid) return { description: "Done" };
  const schema = isJson ? endpoint.returns : ({ type: "string" } as const);
  return { description: "Done", content: { [endpoint.media]: { schema } } };
}

function failuresOf(endpoint: Endpoint) {
  const byStatus = new Map<number, ProblemDefinition[]>();
  for (const problem of problemsOf(endpoint)) {
    byStatus.set(problem.status, [...(byStatus.get(problem.status) ?? []), problem]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, problems]) => [
      `${status}`,
      {
        description: [...new Set(problems.map(({ slug, title }) => `\`${slug}\`: ${title}`))].join("; "),
        content: { "application/problem+json": { schema: ProblemBody } },
      },
    ]),
  );
}

/** What an operation may answer beside success: its own problems and those of the pipeline. */
export function problemsOf(endpoint: Endpoint): ProblemDefinition[] {
  const isWrite = endpoint.method !== "GET";
  const takesVersion = endpoint.body instanceof z.ZodObject && "version" in endpoint.body.shape;
  return [
    ...endpoint.problems,
    ...(endpoint.permission === "none" ? [] : [Unauthenticated, Forbidden, RateLimited]),
    ...(endpoint.path.includes("{") ? [NotFound] : []),
    ...(isWrite ? [PayloadTooLarge, UnsupportedMediaType, NotIJson, IdempotencyKeyReused] : []),
    ...(takesVersion ? [StaleVersion] : []),
    ValidationFailed,
    Internal,
    DatabaseUnavailable,
  ];
}
