// All operations of the product: found by id, or by method and path. A registry that contradicts itself does not load.

import { z } from "zod";
import type { Endpoint, Method } from "@/server/platform/http/contract";
import type { Handled } from "@/server/platform/http/handle";

export interface Registry {
  readonly all: readonly Handled[];
  /** Throws when no handler was registered for the contract. */
  handlerOf(endpoint: Endpoint): Handled;
  /** What answers this path, by method; null when the path names nothing. A trailing slash makes no difference. */
  match(pathname: string): Match | null;
}

export interface Match {
  readonly methods: ReadonlyMap<Method, Handled>;
  readonly params: Readonly<Record<string, string>>;
}

interface Node {
  readonly literals: Map<string, Node>;
  parameter: Node | null;
  readonly methods: Map<Method, Handled>;
}

/** Throws for two operations with one id or one address, and for nested objects that would ignore unknown fields. */
export function registryOf(all: readonly Handled[]): Registry {
  const byId = new Map<string, Handled>();
  const root = node();
  for (const handled of all) {
    const { endpoint } = handled;
    if (byId.has(endpoint.id))
      throw new Error(`Two operations are called ${endpoint.id}: rename one in its contract.ts`);
    byId.set(endpoint.id, handled);
    requireStrict(endpoint.body, `${endpoint.id} body`);
    const { methods } = place(root, endpoint.path);
    if (methods.has(endpoint.method)) throw new Error(`Two operations answer ${endpoint.method} ${endpoint.path}`);
    methods.set(endpoint.method, handled);
  }
  return {
    all,
    handlerOf(endpoint) {
      const handled = byId.get(endpoint.id);
      if (handled?.endpoint === endpoint) return handled;
      throw new Error(
        `${endpoint.id} has no handler: add handle(…) to its domain's handlers.ts and the domain to endpoints.ts`,
      );
    },
    match: (pathname) => find(root, pathname),
  };
}

function node(): Node {
  return { literals: new Map(), parameter: null, methods: new Map() };
}

function place(root: Node, path: string): Node {
  let at = root;
  for (const segment of path.split("/").slice(1)) {
    if (segment.startsWith("{")) {
      at.parameter ??= node();
      at = at.parameter;
    } else {
      const next = at.literals.get(segment) ?? node();
      at.literals.set(segment, next);
      at = next;
    }
  }
  return at;
}

// A literal wins over a parameter, as in Next's router: `/incidents/active` is never an incident id.
function find(root: Node, pathname: string): Match | null {
  const values: string[] = [];
  let at = root;
  for (const segment of pathname.replace(/\/$/, "").split("/").slice(1)) {
    const literal = at.literals.get(segment);
    const next = literal ?? at.parameter;
    if (!next) return null;
    if (!literal) values.push(decoded(segment));
    at = next;
  }
  const [any] = at.methods.values();
  return any ? { methods: at.methods, params: named(any.endpoint.path, values) } : null;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function named(path: string, values: readonly string[]): Record<string, string> {
  const names = parameterNames(path);
  return Object.fromEntries(names.map((name, at) => [name, values[at] ?? ""]));
}

export function parameterNames(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
}

// `z.object` drops what it does not know; at the boundary that is a silent loss, so every object must be strict.
function requireStrict(schema: unknown, where: string, seen = new Set<unknown>()): void {
  if (seen.has(schema)) return;
  seen.add(schema);
  if (schema instanceof z.ZodObject) {
    if (schema.def.catchall === undefined) throw new Error(`${where} is not strict: write z.strictObject({ … })`);
    for (const [name, part] of Object.entries(schema.shape)) requireStrict(part, `${where}.${name}`, seen);
  } else if (schema instanceof z.ZodArray) requireStrict(schema.element, `${where}[]`, seen);
  else if (schema instanceof z.ZodUnion) for (const option of schema.options) requireStrict(option, where, seen);
  else if (schema instanceof z.ZodRecord) requireStrict(schema.valueType, `${where}{}`, seen);
  else if (schema instanceof z.ZodPipe) requireStrict(schema.in, where, seen);
  else if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    requireStrict(schema.unwrap(), where, seen);
  }
}
