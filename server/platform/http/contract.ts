// One contract per operation, written once: the route, the server action, validation, OpenAPI, the typed client and the
// registry-driven tests are all derived from it. Isomorphic: the browser imports contracts, so nothing here may reach
// for the server.

import { z } from "zod";
import type { Permission } from "@/server/platform/auth/principal";
import type { ProblemDefinition } from "@/server/platform/http/problem";

export type ReadMethod = "GET";
export type WriteMethod = "POST" | "PUT" | "PATCH" | "DELETE";
export type Method = ReadMethod | WriteMethod;

/** An audit action, or the reason why this write leaves no entry of its own. */
export type Audit = string | { none: string };
export type RateClass = "default" | "auth" | "gate" | "export";
/** `request`: the dispatcher opens the transaction. `own`: the handler opens its own `asTenant`. */
export type TransactionMode = "request" | "own";

export const NoFields = z.strictObject({});
export type NoFields = typeof NoFields;

/** What a body may have at most, unless its contract says otherwise. */
export const maxBodyBytes = 1_048_576;

/** What stands in `body` when it is a file: the handler gets its bytes as they came, under any content type. */
export const RawBody = z.instanceof(Uint8Array);
export type RawBody = typeof RawBody;

/** What stands in `returns` when the answer is not JSON: the handler then makes the Response (a stream, a file, text). */
export const RawAnswer = z.custom<Response>((value) => value instanceof Response);
export type RawAnswer = typeof RawAnswer;

export interface Endpoint<
  P extends z.ZodObject = z.ZodObject,
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
  N extends Permission | "none" = Permission | "none",
  T extends TransactionMode = TransactionMode,
> {
  readonly id: string;
  readonly method: Method;
  readonly path: `/${string}`;
  readonly summary: string | undefined;
  readonly permission: N;
  readonly audit: Audit | undefined;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly bodyLimit: number;
  readonly returns: R;
  readonly status: number;
  readonly media: string;
  readonly problems: readonly ProblemDefinition[];
  readonly rate: RateClass;
  readonly transaction: T;
}

interface Common<P, Q, R, N, T> {
  /** `<domain>.<verb>`: the query key's head, the idempotency scope and the OpenAPI operationId. */
  id: string;
  /** Absolute, with `{param}` segments: `/api/v1/incidents/{incident_id}`. */
  path: `/${string}`;
  summary?: string;
  permission: N;
  params?: P;
  query?: Q;
  returns?: R;
  status?: 200 | 201 | 202 | 204;
  /** Content type of the answer when `returns` is `RawAnswer`. */
  media?: string;
  problems?: readonly ProblemDefinition[];
  rate?: RateClass;
  transaction?: T;
}

type Read<P, Q, R, N, T> = Common<P, Q, R, N, T> & {
  method: ReadMethod;
  audit?: never;
  body?: never;
  bodyLimit?: never;
};
type Write<P, Q, B, R, N, T> = Common<P, Q, R, N, T> & {
  method: WriteMethod;
  audit: Audit;
  body?: B;
  /** In bytes. */
  bodyLimit?: number;
};

/**
 * Defines an operation. A write without `audit` and a read with one do not compile. Objects in `query` and `body` refuse
 * unknown fields; nested objects must be `z.strictObject` themselves (the registry checks it at load).
 */
export function endpoint<
  const N extends Permission | "none",
  P extends z.ZodObject = NoFields,
  Q extends z.ZodObject = NoFields,
  B extends z.ZodType = NoFields,
  R extends z.ZodType = z.ZodVoid,
  const T extends TransactionMode = "request",
>(definition: Read<P, Q, R, N, T> | Write<P, Q, B, R, N, T>): Endpoint<P, Q, B, R, N, T> {
  return {
    id: definition.id,
    method: definition.method,
    path: definition.path,
    summary: definition.summary,
    permission: definition.permission,
    audit: definition.audit,
    params: given<P>(definition.params),
    query: closed(given<Q>(definition.query)),
    body: closed(given<B>(definition.body)),
    bodyLimit: definition.bodyLimit ?? maxBodyBytes,
    returns: definition.returns ?? nothing<R>(),
    status: definition.status ?? 200,
    media: definition.media ?? "application/json",
    problems: definition.problems ?? [],
    rate: definition.rate ?? "default",
    transaction: definition.transaction ?? requestTransaction<T>(),
  };
}

// The three casts below are sound: each type parameter has exactly this default when its part is not given.
function given<S extends z.ZodType>(part: S | undefined): S {
  return part ?? (NoFields as z.ZodType as S);
}
function nothing<R extends z.ZodType>(): R {
  return z.void() as z.ZodType as R;
}
function requestTransaction<T extends TransactionMode>(): T {
  return "request" as T;
}

// `.strict()` keeps the type except for the catchall, which the type parameter does not mention.
function closed<S extends z.ZodType>(schema: S): S {
  return schema instanceof z.ZodObject && schema.def.catchall === undefined
    ? (schema.strict() as z.ZodType as S)
    : schema;
}

// --- Wire types that every domain uses --------------------------------------------------------------------------

/** A UUID of any version, in either case on input, lower case afterwards. */
export const Uuid = z.guid().toLowerCase();
/** ISO 8601 in UTC with milliseconds and `Z`, as every answer writes it. */
export const Instant = z.iso.datetime({ precision: 3 });

export const Action = z.object({
  action: z.string(),
  label: z.string(),
  enabled: z.boolean(),
  /** Why it is disabled; null when it is enabled. */
  reason: z.string().nullable(),
});
export type Action = z.output<typeof Action>;

/** O3: an entity with what the viewer may do to it now. */
export function detailOf<E extends z.ZodType>(entity: E) {
  return z.object({ entity, actions: z.array(Action) });
}

export const Pagination = z.object({
  total: z.int(),
  total_is_lower_bound: z.literal(true).optional(),
  /** null when the list was read by cursor. */
  page: z.int().nullable(),
  page_size: z.int(),
  next_cursor: z.string().nullable(),
});
export type Pagination = z.output<typeof Pagination>;

/** O2: a page of a list. `total` is exact up to 10 000; beyond, 10 000 with `total_is_lower_bound`. */
export function listOf<I extends z.ZodType>(item: I) {
  return z.object({
    items: z.array(item),
    pagination: Pagination,
    filters_applied: z.record(z.string(), z.unknown()),
    sort: z.object({ field: z.string(), direction: z.enum(["asc", "desc"]) }),
  });
}

type Shape = Record<string, z.ZodType>;
type Optional<F extends Shape> = { [K in keyof F]: z.ZodOptional<F[K]> };
type Sortable<S extends string> = S | `-${S}`;

interface ListDefinition<I extends z.ZodType, F extends Shape, S extends string, N, T>
  extends Omit<Common<never, never, never, N, T>, "params" | "query" | "returns" | "status" | "media"> {
  item: I;
  /** Each is optional in the query; do not add `.optional()`. */
  filters?: F;
  sort: readonly [S, ...S[]];
  /** A leading minus means descending. */
  defaultSort: Sortable<NoInfer<S>>;
}

/** The query every list has; a domain's filters come on top. */
function listQuery<F extends Shape, S extends string>(filters: F, sort: readonly S[], defaultSort: Sortable<S>) {
  const directions = sort.flatMap((field): Sortable<S>[] => [field, `-${field}`]);
  return z.strictObject({
    page: z.int().min(1).max(10_000).optional(),
    page_size: z.int().min(1).max(100).default(20),
    cursor: z.string().max(1024).optional(),
    sort: sortSchema(directions, defaultSort),
    ...optional(filters),
  });
}

function sortSchema<V extends string>(values: readonly V[], fallback: V) {
  return z.enum(values).default(noDefaultInput(fallback));
}

// z.enum over a readonly V[] outputs V; the library's type for `default` asks for a mapped form of the same strings.
function noDefaultInput<V extends string>(value: V): { [K in V]: K }[V] {
  return value as { [K in V]: K }[V];
}

// Object.fromEntries forgets which key had which schema.
function optional<F extends Shape>(filters: F): Optional<F> {
  return Object.fromEntries(Object.entries(filters).map(([name, schema]) => [name, schema.optional()])) as Optional<F>;
}

/** A GET that answers O2 with `page`, `page_size`, `cursor`, `sort` and the given filters. `params` for nested lists. */
export function listEndpoint<
  const N extends Permission | "none",
  I extends z.ZodType,
  const S extends string,
  F extends Shape = Record<never, never>,
  P extends z.ZodObject = NoFields,
  const T extends TransactionMode = "request",
>(definition: ListDefinition<I, F, S, N, T> & { params?: P }) {
  const { item, filters, sort, defaultSort, ...rest } = definition;
  // Without filters F is the empty record, which is what `{}` is.
  const query = listQuery(filters ?? ({} as F), sort, defaultSort);
  return endpoint({ ...rest, method: "GET", query, returns: listOf(item) });
}

// --- What handlers and callers see of a contract ----------------------------------------------------------------

/** The parsed input of a handler. */
export interface InputOf<E extends Endpoint> {
  params: z.output<E["params"]>;
  query: z.output<E["query"]>;
  body: z.output<E["body"]>;
}
export type OutputOf<E extends Endpoint> = z.output<E["returns"]>;

type Part<Name extends string, S extends z.ZodType> =
  Record<never, never> extends z.input<S> ? { [K in Name]?: z.input<S> } : { [K in Name]: z.input<S> };
/** What a caller sends: parts without a required field may be left out. */
export type CallOf<E extends Endpoint> = Part<"params", E["params"]> &
  Part<"query", E["query"]> &
  Part<"body", E["body"]>;
