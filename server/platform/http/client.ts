// The typed client of the browser and of programs: one fetch per contract, and TanStack Query options from it. Keys are
// [endpoint id, input], so invalidation goes by endpoint and there are no string keys anywhere.

import {
  infiniteQueryOptions,
  type MutationOptions,
  mutationOptions,
  type QueryClient,
  type QueryKey,
  queryOptions,
} from "@tanstack/react-query";
import type { z } from "zod";
import type { CallOf, Endpoint, OutputOf, Pagination } from "@/server/platform/http/contract";
import { ProblemError } from "@/server/platform/http/problem";

export interface ClientOptions {
  /** Before the contract's path; empty in the browser. */
  origin?: string;
  headers?: Readonly<Record<string, string>>;
  fetch?: typeof fetch;
}

interface AnyCall {
  params?: object;
  query?: object;
  body?: unknown;
}

interface Extra {
  signal?: AbortSignal;
  idempotencyKey?: string;
}

/** Calls operations by their contracts. Rejects with `ProblemError` for every answer that is not 2xx. */
export function client(options: ClientOptions = {}) {
  async function call<E extends Endpoint>(endpoint: E, input: CallOf<E>, extra: Extra = {}): Promise<OutputOf<E>> {
    const send = options.fetch ?? fetch;
    const address = (options.origin ?? "") + addressOf(endpoint, input);
    return readAnswer<E>(await send(address, requestOf(endpoint, input, { ...extra, headers: options.headers ?? {} })));
  }

  /** Options for useQuery, useSuspenseQuery and prefetchQuery. */
  function query<E extends Endpoint>(endpoint: E, input: CallOf<E>) {
    return queryOptions({
      queryKey: keyOf(endpoint, input),
      queryFn: ({ signal }) => call(endpoint, input, { signal }),
    });
  }

  /** Options for useInfiniteQuery over a list, by cursor. `size` rows a page. */
  function pages<E extends ListEndpoint>(endpoint: E, input: CallOf<E>, size = PAGE_ROWS) {
    return infiniteQueryOptions({
      queryKey: pagesKeyOf(endpoint, input),
      queryFn: ({ signal, pageParam }) => call(endpoint, pageOf(input, pageParam, size), { signal }),
      initialPageParam: FIRST_PAGE,
      getNextPageParam: (page) => page.pagination.next_cursor,
    });
  }

  /** Options for useMutation; `refreshes` names the reads that the write makes stale. */
  function mutation<E extends Endpoint>(
    endpoint: E,
    effects: { refreshes: readonly Endpoint[] },
  ): MutationOptions<OutputOf<E>, ProblemError, CallOf<E>> {
    return mutationOptions({
      mutationKey: [endpoint.id],
      mutationFn: (input: CallOf<E>) => call(endpoint, input),
      onSuccess: (_answer, _input, _result, { client: queries }) => refresh(queries, effects.refreshes),
    });
  }

  return { call, query, pages, mutation };
}

const PAGE_ROWS = 100;
const FIRST_PAGE: string | null = null;

/** What `listEndpoint` makes. */
export type ListEndpoint = Endpoint & { returns: z.ZodType<{ pagination: Pagination; items: unknown[] }> };

/** The input of one page of a list: what stands in `input`, and where the page begins. */
export function pageOf<E extends ListEndpoint>(input: CallOf<E>, cursor: string | null, size = PAGE_ROWS): CallOf<E> {
  const { query }: { query?: object } = input;
  return { ...input, query: { ...query, page_size: size, ...(cursor === null ? {} : { cursor }) } };
}

/** Lists read page by page are kept apart from the same list read once. */
export function pagesKeyOf<E extends Endpoint>(endpoint: E, input: CallOf<E>): QueryKey {
  return [endpoint.id, "pages", input];
}

function requestOf(
  endpoint: Endpoint,
  parts: AnyCall,
  extra: Extra & { headers: Readonly<Record<string, string>> },
): RequestInit {
  const headers: Record<string, string> = { accept: "application/json", ...extra.headers };
  const file = parts.body instanceof Uint8Array ? new Blob([new Uint8Array(parts.body)]) : null;
  if (parts.body !== undefined) headers["content-type"] = file ? "application/octet-stream" : "application/json";
  if (extra.idempotencyKey !== undefined) headers["idempotency-key"] = extra.idempotencyKey;
  return {
    method: endpoint.method,
    headers,
    ...(parts.body === undefined ? {} : { body: file ?? JSON.stringify(parts.body) }),
    ...(extra.signal ? { signal: extra.signal } : {}),
  };
}

/**
 * The client of the browser: same origin, session cookie.
 * @public
 */
export const api = client();

/** `[endpoint.id, input]`; without an input it matches every call of the endpoint. */
export function keyOf<E extends Endpoint>(endpoint: E, input?: CallOf<E>): QueryKey {
  return input === undefined ? [endpoint.id] : [endpoint.id, input];
}

/** Marks every cached answer of these endpoints as stale and fetches those in use again. */
export async function refresh(queries: QueryClient, endpoints: readonly Endpoint[]): Promise<void> {
  await Promise.all(endpoints.map((endpoint) => queries.invalidateQueries({ queryKey: keyOf(endpoint) })));
}

/** The path with its parameters and query filled in. */
export function addressOf(endpoint: Endpoint, parts: { params?: object; query?: object }): string {
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_all, name: string) =>
    encodeURIComponent(String(Reflect.get(parts.params ?? {}, name) ?? "")),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parts.query ?? {})) {
    if (Array.isArray(value)) for (const item of value) search.append(name, String(item));
    else if (value !== undefined && value !== null) search.set(name, String(value));
  }
  return search.size === 0 ? path : `${path}?${search}`;
}

async function readAnswer<E extends Endpoint>(response: Response): Promise<OutputOf<E>> {
  const text = await response.text();
  const value = parseAnswer(text);
  if (!response.ok) throw new ProblemError(response.status, isRecord(value) ? value : {});
  return trusted<E>(value);
}

function parseAnswer(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

// The server holds every answer against `returns` in development and tests; parsing it again here would only cost.
function trusted<E extends Endpoint>(value: unknown): OutputOf<E> {
  return value as OutputOf<E>;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
