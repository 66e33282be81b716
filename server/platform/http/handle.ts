// Joins a contract with the function that answers it. What a handler gets follows from its contract: a transaction of
// the caller's tenant (the default), no transaction (`own`), or nobody's identity at all (permission "none").

import type { AuditEntry } from "@/server/platform/audit/audit";
import type { Principal } from "@/server/platform/auth/principal";
import type { TenantDb } from "@/server/platform/db/tenant-db";
import type { Endpoint, InputOf, OutputOf } from "@/server/platform/http/contract";

/** An audit entry without its action, which comes from the contract. */
export type Deed = Omit<AuditEntry, "action">;

/** What commands need; a test can build it by hand. */
export interface Context {
  readonly principal: Principal;
  readonly db: TenantDb;
  readonly requestId: string;
  audit(deed: Deed): Promise<void>;
}

/** Of a handler whose contract says `transaction: "own"`. */
export interface OwnContext {
  readonly principal: Principal;
  readonly requestId: string;
  readonly request: Request;
  /** The client's Idempotency-Key; honouring it is the handler's duty here. */
  readonly idempotencyKey: string | null;
  auditIn(db: TenantDb, deed: Deed): Promise<void>;
}

/** Of a handler whose contract says permission "none". */
export interface OpenContext {
  readonly principal: null;
  readonly requestId: string;
  readonly request: Request;
}

export type ContextOf<E extends Endpoint> = E["permission"] extends "none"
  ? OpenContext
  : E["transaction"] extends "own"
    ? OwnContext
    : Context & { readonly request: Request };

/** An answer with another status than the contract's, with headers, or with bytes stored earlier. */
export class Reply<V> {
  readonly value: V | undefined;
  readonly bytes: Uint8Array | undefined;
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  constructor(parts: { value?: V; bytes?: Uint8Array; status?: number; headers?: Record<string, string> }) {
    this.value = parts.value;
    this.bytes = parts.bytes;
    this.status = parts.status;
    this.headers = parts.headers ?? {};
  }
}

interface ReplyOptions {
  status?: number;
  headers?: Record<string, string>;
}

export function reply<V>(value: V, options: ReplyOptions = {}): Reply<V> {
  return new Reply({ value, ...options });
}

/** Answers bytes exactly as they are; `replayed` adds the header that says so. The bytes were checked when first sent. */
export function replyBytes(bytes: Uint8Array, options: ReplyOptions & { replayed?: boolean } = {}): Reply<never> {
  const { replayed, headers, ...rest } = options;
  return new Reply<never>({
    bytes,
    ...rest,
    headers: { ...headers, ...(replayed ? { "Idempotent-Replayed": "true" } : {}) },
  });
}

export type AnswerOf<E extends Endpoint> = OutputOf<E> | Reply<OutputOf<E>> | Reply<never>;

export type AnyContext = (Context & { readonly request: Request }) | OwnContext | OpenContext;

export interface Handled {
  readonly endpoint: Endpoint;
  run(context: AnyContext, input: InputOf<Endpoint>): unknown;
}

/** One line of a domain's handlers.ts: `handle(acknowledgeIncident, (cx, { params, body }) => acknowledge(cx, …))`. */
export function handle<E extends Endpoint>(
  endpoint: E,
  run: (cx: ContextOf<E>, input: InputOf<E>) => AnswerOf<E> | Promise<AnswerOf<E>>,
): Handled {
  return { endpoint, run: (context, input) => run(contextOf<E>(context), inputOf<E>(input)) };
}

// The dispatcher builds the context and parses the input by this very endpoint; a list of handlers of many endpoints
// cannot say so in its type.
function contextOf<E extends Endpoint>(context: AnyContext): ContextOf<E> {
  return context as ContextOf<E>;
}
function inputOf<E extends Endpoint>(input: InputOf<Endpoint>): InputOf<E> {
  return input as InputOf<E>;
}
