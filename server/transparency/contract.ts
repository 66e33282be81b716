// The tenant's log as an outsider reads it: what was signed, that it only ever grew, and what is in it. Hashes are written
// as everywhere; the checkpoint is the signed note itself, byte for byte.

import { z } from "zod";
import { leafKinds } from "@/db/vocabulary";
import { endpoint, Instant, RawAnswer } from "@/server/platform/http/contract";
import { problem } from "@/server/platform/http/problem";

export const LogHalted = problem("log-halted", 409, "The evidence log is not signed until its break is acknowledged");

const Hash = z.string().regex(/^sha256:[0-9a-f]{64}$/);
/** A position in the log, or a number of leaves. */
const Position = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

export const getCheckpoint = endpoint({
  id: "log.checkpoint",
  method: "GET",
  path: "/api/v1/log/checkpoint",
  summary: "The newest signed checkpoint of the tenant's log: a C2SP signed note, as text. 404 until there is one",
  permission: "audit:read",
  media: "text/plain; charset=utf-8",
  returns: RawAnswer,
});

export const Consistency = z.object({
  from: Position,
  to: Position,
  from_root: Hash,
  to_root: Hash,
  /** RFC 9162 §2.1.4.1; empty when `from` is 0 or `to`. */
  path: z.array(Hash),
});
export type Consistency = z.output<typeof Consistency>;

export const getConsistency = endpoint({
  id: "log.consistency",
  method: "GET",
  path: "/api/v1/log/consistency",
  summary:
    "Proof that the log of `from` leaves is the beginning of that of `to` leaves (default: the newest checkpoint's)",
  permission: "audit:read",
  query: z.object({ from: Position.default(0), to: Position.optional() }),
  returns: Consistency,
});

export const LogEntry = z.object({
  leaf_index: Position,
  kind: z.enum(leafKinds),
  id: z.string(),
  hash: Hash,
  at: Instant,
  leaf_hash: Hash,
});

export const LogEntries = z.object({
  /** Leaves in the log now, signed for or not. */
  size: Position,
  from: Position,
  /** Exclusive; ask on from here while it is below `size`. */
  to: Position,
  entries: z.array(LogEntry),
});
export type LogEntries = z.output<typeof LogEntries>;

export const listEntries = endpoint({
  id: "log.entries",
  method: "GET",
  path: "/api/v1/log/entries",
  summary: "The leaves from `from` up to, not including, `to`: at most 1 000",
  permission: "audit:read",
  query: z.object({ from: Position.default(0), to: Position.optional() }),
  returns: LogEntries,
});

export const PublishedKey = z.object({
  fingerprint: Hash,
  /** 32 bytes in lower-case hex. */
  public_key: z.string(),
  active_from: Instant,
  retired_at: Instant.optional(),
  predecessor: Hash.optional(),
  /** The predecessor's signature over this key's statement, 64 bytes in lower-case hex. */
  endorsement: z.string().optional(),
});

export const PublishedKeys = z.object({
  deployment_id: z.string(),
  /** Oldest first; the last one signs now. */
  keys: z.array(PublishedKey),
});
export type PublishedKeys = z.output<typeof PublishedKeys>;

export const getKeys = endpoint({
  id: "log.keys",
  method: "GET",
  path: "/.well-known/holdpoint-keys.json",
  summary: "The public keys that checkpoints, receipts and documents are signed with, and their history",
  permission: "none",
  returns: PublishedKeys,
});
