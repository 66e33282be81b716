// Calls any operation with made-up input, and compares answers byte for byte.

import { z } from "zod";
import type { Endpoint } from "@/server/platform/http/contract";

/** A well-formed id that nothing has. */
export const absentId = "0197a000-0000-7000-8000-0000000000ff";

/** The same for a path parameter of that name, whose ids may look otherwise. */
export function absentIdOf(name: string): string {
  if (name === "token") return "0".repeat(43);
  return name === "bundle_id" ? "EVD-0000000000ff" : absentId;
}

export interface Made {
  headers?: Record<string, string>;
  /** The value of a path parameter; `step_index` is always 1. */
  ids?: (name: string) => string;
  search?: string;
  /** Absent: the least body that the schema may accept. */
  body?: unknown;
}

type Router = (request: Request) => Promise<Response | null>;

/** Calls an operation through a router. Throws when its address is not found. */
export async function callOperation(route: Router, endpoint: Endpoint, made: Made = {}): Promise<Response> {
  const { headers = {}, ids = absentIdOf, search = "" } = made;
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_all, name: string) => (name === "step_index" ? "1" : ids(name)));
  const request = new Request(`http://h.test${path}${search}`, {
    method: endpoint.method,
    headers: { "content-type": "application/json", ...headers },
    ...(endpoint.method === "GET" ? {} : { body: JSON.stringify(made.body ?? leastBody(endpoint)) }),
  });
  const response = await route(request);
  if (!response) throw new Error(`${endpoint.id} is not found at ${path}`);
  return response;
}

/** Status, headers and body as one text, without what differs between any two answers (D1). */
export async function comparable(response: Response): Promise<string> {
  const requestId = response.headers.get("x-request-id") ?? "-";
  const headers = [...response.headers].filter(([name]) => name !== "date").join("\n");
  return `${response.status}\n${headers}\n${await response.text()}`.replaceAll(requestId, "<request id>");
}

type Json = z.core.JSONSchema.BaseSchema;

function leastBody(endpoint: Endpoint): unknown {
  return sample(z.toJSONSchema(endpoint.body, { io: "input", unrepresentable: "any" }));
}

// A refinement can still refuse what is made here, but then for every id alike.
function sample(schema: Json): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const [first] = schema.anyOf ?? schema.oneOf ?? [];
  if (first) return sample(asSchema(first));
  if (schema.type === "object") {
    const required = schema.required ?? [];
    return Object.fromEntries(required.map((name) => [name, sample(asSchema(schema.properties?.[name]))]));
  }
  if (schema.type === "array") return [];
  if (schema.type === "boolean") return true;
  if (schema.type === "integer" || schema.type === "number") return schema.minimum ?? 1;
  if (schema.format === "uuid") return absentId;
  return schema.format === "date-time" ? "2026-01-01T00:00:00.000Z" : "sample text";
}

function asSchema(schema: Json | boolean | undefined): Json {
  return typeof schema === "object" ? schema : {};
}
