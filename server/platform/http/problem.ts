// Failures as data (RFC 9457). This is the only place where a failure gets its slug, status and title; domains add
// theirs in their contract.ts. Isomorphic: the server throws `Problem`, the client throws `ProblemError`.

/** One wrong field. `pointer`: `#/a/0` into the body, `?page` in the query, `header/If-Match` for a header. */
export interface FieldError {
  pointer: string;
  code: string;
  detail: string;
}

/** `retry_after` is in whole seconds and also becomes the Retry-After header. */
export interface ProblemMembers {
  detail?: string;
  errors?: readonly FieldError[];
  retry_after?: number;
  [extension: string]: unknown;
}

/** The members RFC 9457 and the house fix; an extension of the same name would be lost, so it does not compile. */
type Reserved = { type?: never; title?: never; status?: never; instance?: never; request_id?: never };

export interface ProblemDefinition {
  readonly slug: string;
  readonly status: number;
  readonly title: string;
  /** Set: every answer says exactly this, so that two causes cannot be told apart. */
  readonly fixedDetail: string | undefined;
  with(members?: ProblemMembers & Reserved, options?: { cause?: unknown }): Problem;
  /** True for a `Problem` on the server and a `ProblemError` in the client of this definition. */
  matches(error: unknown): boolean;
}

/** Thrown anywhere below a handler; the dispatcher turns it into an `application/problem+json` answer. */
export class Problem extends Error {
  readonly definition: ProblemDefinition;
  readonly members: ProblemMembers;
  constructor(definition: ProblemDefinition, members: ProblemMembers, options?: { cause?: unknown }) {
    super(members.detail ?? definition.title, options);
    this.name = "Problem";
    this.definition = definition;
    this.members = members;
  }
}

/** What the client throws for an answer that is not 2xx. */
export class ProblemError extends Error {
  readonly slug: string;
  readonly status: number;
  readonly title: string;
  readonly requestId: string | null;
  readonly errors: readonly FieldError[];
  readonly members: Readonly<Record<string, unknown>>;
  constructor(status: number, body: Readonly<Record<string, unknown>>) {
    super(text(body.detail) ?? text(body.title) ?? `The server answered ${status}`);
    this.name = "ProblemError";
    this.status = status;
    this.slug = (text(body.type) ?? "about:blank").replace(/^.*[/:]/, "");
    this.title = text(body.title) ?? `The server answered ${status}`;
    this.requestId = text(body.request_id);
    this.errors = Array.isArray(body.errors) ? body.errors.filter(isFieldError) : [];
    this.members = body;
  }
}

const defined = new Map<string, ProblemDefinition>();

/** Defines a kind of failure. `fixedDetail` is for failures that must not say which of several causes they had. */
export function problem(slug: string, status: number, title: string, fixedDetail?: string): ProblemDefinition {
  const definition: ProblemDefinition = {
    slug,
    status,
    title,
    fixedDetail,
    with: (members = {}, options) => new Problem(definition, members, options),
    matches: (error) =>
      (error instanceof Problem && error.definition.slug === slug) ||
      (error instanceof ProblemError && error.slug === slug),
  };
  defined.set(slug, definition);
  return definition;
}

/** Every problem defined by the modules loaded so far, by slug. */
export function allProblems(): readonly ProblemDefinition[] {
  return [...defined.values()].sort((a, b) => a.slug.localeCompare(b.slug));
}

/**
 * The body of the answer (RFC 9457 §3). `typeBase` is absolute and has no trailing slash; it comes from the
 * configuration and never from the request, so that a forged Host cannot change an answer.
 */
export function problemBody(failure: Problem, context: { requestId: string; typeBase: string }) {
  const { definition, members } = failure;
  const { detail, ...extensions } = members;
  return {
    type: `${context.typeBase}/problems/${definition.slug}`,
    title: definition.title,
    status: definition.status,
    detail: definition.fixedDetail ?? detail ?? `${definition.title}.`,
    instance: `/requests/${context.requestId}`,
    request_id: context.requestId,
    ...(definition.fixedDetail === undefined ? extensions : {}),
  };
}

export const BadRequest = problem("bad-request", 400, "The request cannot be read");
export const Unauthenticated = problem("unauthenticated", 401, "Sign in or send a valid API key");
export const Forbidden = problem("forbidden", 403, "You may not do this");
export const CrossOrigin = problem("cross-origin", 403, "The request came from another origin");
export const NotFound = problem("not-found", 404, "There is nothing here", "Nothing you may see is at this address.");
export const MethodNotAllowed = problem("method-not-allowed", 405, "This address does not take that method");
export const Conflict = problem("conflict", 409, "The change contradicts what is stored");
export const StaleVersion = problem("stale-version", 409, "Somebody changed it since you read it");
export const PayloadTooLarge = problem("payload-too-large", 413, "The body is too large");
export const UnsupportedMediaType = problem("unsupported-media-type", 415, "The body must be JSON");
export const ValidationFailed = problem("validation-failed", 422, "The request is not valid");
export const NotIJson = problem("not-i-json", 422, "The body is not I-JSON (RFC 7493)");
export const IdempotencyKeyReused = problem(
  "idempotency-key-reused",
  422,
  "The idempotency key was used for another request",
);
export const RateLimited = problem("rate-limited", 429, "Too many requests");
export const Internal = problem("internal", 500, "Something failed on our side");
export const DatabaseUnavailable = problem("database-unavailable", 503, "The database cannot be reached");

/** 422 with one entry per wrong field. */
export function invalid(...errors: FieldError[]): Problem {
  return ValidationFailed.with({ detail: summary(errors), errors });
}

/** 403 that names the permission that is missing. */
export function missingPermission(permission: string): Problem {
  return Forbidden.with({ detail: `This needs the permission ${permission}.`, permission });
}

function summary(errors: readonly FieldError[]): string {
  const [first] = errors;
  if (!first) return "The request is not valid.";
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  return `${first.pointer}: ${first.detail}${more}`;
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function isFieldError(value: unknown): value is FieldError {
  return (
    typeof value === "object" &&
    value !== null &&
    "pointer" in value &&
    "code" in value &&
    "detail" in value &&
    typeof value.pointer === "string"
  );
}
