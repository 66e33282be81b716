// From a request's path, query, headers and body to what the contract's schemas say. All faults are collected into one
// 422; a path that cannot name anything is the same 404 as one that names nothing.

import { z } from "zod";
import { readBody, requireJson } from "@/server/platform/http/body";
import { type Endpoint, type InputOf, RawBody } from "@/server/platform/http/contract";
import { fieldErrors } from "@/server/platform/http/field-errors";
import { readIJson } from "@/server/platform/http/i-json";
import { type FieldError, invalid, NotFound } from "@/server/platform/http/problem";

const maxErrors = 100;

/** Throws 404, 413, 415 or 422. `raw` is the body as sent (after If-Match), for the idempotency hash. */
export async function readInput(
  endpoint: Endpoint,
  request: Request,
  path: Readonly<Record<string, string>>,
): Promise<{ input: InputOf<Endpoint>; raw: unknown }> {
  const params = endpoint.params.safeParse(fromText(endpoint.params, Object.entries(path)).values);
  if (!params.success) throw NotFound.with();
  const raw = endpoint.method === "GET" ? {} : await readBodyValue(endpoint, request);
  const errors: FieldError[] = [];
  const query = parseQuery(endpoint.query, request.url, errors);
  const body = endpoint.body.safeParse(raw);
  if (!body.success) errors.push(...fieldErrors(body.error, raw, "body"));
  if (errors.length > 0 || !body.success) throw invalid(...errors.slice(0, maxErrors));
  return { input: { params: params.data, query, body: body.data }, raw };
}

async function readBodyValue(endpoint: Endpoint, request: Request): Promise<unknown> {
  const bytes = await readBody(request, endpoint.bodyLimit);
  if (endpoint.body === RawBody) return bytes;
  if (bytes.byteLength > 0) requireJson(request);
  const value = bytes.byteLength === 0 ? {} : readIJson(bytes);
  return withIfMatch(endpoint, request, value);
}

// An edit names the version it was made from, in the body or as If-Match: "3"; naming two different ones is a mistake.
function withIfMatch(endpoint: Endpoint, request: Request, body: unknown): unknown {
  const header = request.headers.get("if-match");
  const takesVersion = endpoint.body instanceof z.ZodObject && "version" in endpoint.body.shape;
  if (header === null || header === "*" || !takesVersion || typeof body !== "object" || body === null) return body;
  const version = Number(/^(?:W\/)?"?(\d{1,15})"?$/.exec(header)?.[1] ?? Number.NaN);
  const stated = "version" in body ? body.version : undefined;
  if (Number.isNaN(version) || (stated !== undefined && stated !== version)) {
    throw invalid({
      pointer: "header/If-Match",
      code: "invalid",
      detail: "It must be the version that the body names",
    });
  }
  return { ...body, version };
}

function parseQuery(schema: z.ZodObject, url: string, errors: FieldError[]): Record<string, unknown> {
  const mark = url.indexOf("?");
  const search = mark < 0 ? "" : url.slice(mark + 1);
  const entries = [...new URLSearchParams(search)];
  const { values, repeated } = fromText(schema, entries);
  for (const name of repeated) {
    errors.push({ pointer: `?${name}`, code: "repeated", detail: "It may be given once" });
  }
  // As in bodies: the database stores no U+0000.
  for (const [name, text] of entries) {
    if (text.includes("\0")) errors.push({ pointer: `?${name}`, code: "nul", detail: "It holds U+0000" });
  }
  const query = schema.safeParse(values);
  if (query.success) return query.data;
  errors.push(...fieldErrors(query.error, values, "query"));
  return {};
}

/**
 * Text values as the schema's leaf types: `z.int()` takes "3", `z.boolean()` "true", `z.array()` a repeated or
 * comma-separated value. What does not read as its type stays text, and the schema refuses it.
 */
export function fromText(schema: z.ZodObject, entries: Iterable<[string, string]>) {
  const values: Record<string, unknown> = Object.create(null);
  const repeated: string[] = [];
  for (const [name, text] of entries) {
    const leaf = Object.hasOwn(schema.shape, name) ? leafOf(schema.shape[name]) : undefined;
    const before = values[name];
    if (leaf instanceof z.ZodArray) {
      const items = text.split(",").map((item) => typedAs(leafOf(leaf.element), item));
      values[name] = Array.isArray(before) ? [...before, ...items] : items;
    } else if (before !== undefined) repeated.push(name);
    else values[name] = typedAs(leaf, text);
  }
  return { values: { ...values }, repeated };
}

function typedAs(leaf: unknown, text: string): unknown {
  if (leaf instanceof z.ZodNumber && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text)) return Number(text);
  if (leaf instanceof z.ZodBoolean && (text === "true" || text === "false")) return text === "true";
  return text;
}

function leafOf(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    return leafOf(schema.unwrap());
  }
  return schema instanceof z.ZodPipe ? leafOf(schema.in) : schema;
}
