import { z } from "zod";
import { apiKeyStatuses } from "@/db/vocabulary";
import { keyScopes } from "@/server/platform/auth/principal";
import { detailOf, endpoint, Instant, listEndpoint, Uuid } from "@/server/platform/http/contract";
import { problem } from "@/server/platform/http/problem";

const KeyScope = z.enum(keyScopes);

/** `expired` is not stored: it follows from `expires_at` and the clock. */
export const keyStates = [...apiKeyStatuses, "expired"] as const;

export const ApiKey = z
  .object({
    key_id: Uuid,
    name: z.string(),
    /** The first 12 characters, to recognise it by. */
    prefix: z.string(),
    scopes: z.array(z.string()),
    /** The agents it may name; empty: any, and its runs are `agent_verified: false`. */
    agent_ids: z.array(z.string()),
    status: z.enum(keyStates),
    expires_at: Instant.nullable(),
    frozen: z.boolean(),
    /** Keys that follow each other by rotation share it. */
    lineage_id: Uuid,
    replaced_by: Uuid.nullable(),
    created_by: z.string(),
    created_at: Instant,
    last_used_at: Instant.nullable(),
    revoked_at: Instant.nullable(),
    revoked_by: z.string().nullable(),
    revoked_reason: z.string().nullable(),
  })
  .meta({ id: "ApiKey" });
export type ApiKey = z.output<typeof ApiKey>;

/** With the key itself, which is shown this once. */
export const IssuedApiKey = ApiKey.extend({ key: z.string() }).meta({ id: "IssuedApiKey" });
export type IssuedApiKey = z.output<typeof IssuedApiKey>;

// Control characters would forge lines in logs and documents.
const Line = z.string().regex(/^\P{Cc}+$/u, "It has control characters");

export const NewApiKey = z.strictObject({
  name: Line.trim().min(1).max(128),
  scopes: z.array(KeyScope).max(64),
  expires_at: z.iso.datetime({ offset: true }).nullable().default(null),
  agent_ids: z.array(Line.min(1).max(128)).max(100).default([]),
});
export type NewApiKey = z.output<typeof NewApiKey>;

export const RotateKey = z.strictObject({
  /** How long the old key still works. */
  grace_seconds: z.int().min(0).max(86_400).default(0),
});
export type RotateKey = z.output<typeof RotateKey>;

export const RevokeKey = z.strictObject({ reason: z.string().trim().min(1).max(2048).optional() });
export type RevokeKey = z.output<typeof RevokeKey>;

export const ScopeNotHeld = problem("scope-not-held", 403, "A key cannot have a scope that you lack");
export const ApiKeyNotActive = problem("api-key-not-active", 409, "The key is not in use any more");
export const ApiKeyFrozen = problem("api-key-frozen", 409, "The key is frozen");

const KeyPath = z.object({ key_id: Uuid });

export const listApiKeys = listEndpoint({
  id: "connectivity.list_api_keys",
  path: "/api/v1/connectivity/api-keys",
  summary: "The tenant's API keys, without the keys themselves",
  permission: "keys:read",
  item: ApiKey,
  filters: { status: z.enum(keyStates) },
  sort: ["created_at", "name", "last_used_at"],
  defaultSort: "-created_at",
});

export const createApiKey = endpoint({
  id: "connectivity.create_api_key",
  method: "POST",
  path: "/api/v1/connectivity/api-keys",
  summary: "Makes a key; the answer shows it this once",
  permission: "keys:manage",
  audit: "api_key.created",
  body: NewApiKey,
  returns: IssuedApiKey,
  status: 201,
  problems: [ScopeNotHeld],
  transaction: "own",
});

export const getApiKey = endpoint({
  id: "connectivity.get_api_key",
  method: "GET",
  path: "/api/v1/connectivity/api-keys/{key_id}",
  summary: "One API key and what may be done with it",
  permission: "keys:read",
  params: KeyPath,
  returns: detailOf(ApiKey),
});

export const rotateApiKey = endpoint({
  id: "connectivity.rotate_api_key",
  method: "POST",
  path: "/api/v1/connectivity/api-keys/{key_id}/rotate",
  summary: "Makes the key's successor; the old key works on for the grace time",
  permission: "keys:manage",
  audit: "api_key.rotated",
  params: KeyPath,
  body: RotateKey,
  returns: IssuedApiKey,
  problems: [ScopeNotHeld, ApiKeyNotActive, ApiKeyFrozen],
  transaction: "own",
});

export const revokeApiKey = endpoint({
  id: "connectivity.revoke_api_key",
  method: "DELETE",
  path: "/api/v1/connectivity/api-keys/{key_id}",
  summary: "Revokes a key; it is refused from its next request on",
  permission: "keys:manage",
  audit: "api_key.revoked",
  params: KeyPath,
  body: RevokeKey,
  returns: ApiKey,
});
