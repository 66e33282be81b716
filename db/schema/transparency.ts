import { bigint, index, integer, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { bytea, instant, tenantId } from "./columns";

/**
 * What is to become a leaf of the tenant's log: written in the transaction of the deed, unnumbered, and moved to
 * `log_leaves` by the sequencer. The MAC covers (tenant, kind, id, hash, at).
 */
export const leafSources = pgTable(
  "leaf_sources",
  {
    tenantId: tenantId(),
    id: uuid().notNull(),
    kind: text().notNull(),
    sourceId: text().notNull(),
    hash: bytea().notNull(),
    at: instant().notNull(),
    mac: bytea().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] }), index("leaf_sources_order_idx").on(t.tenantId, t.at, t.id)],
);

/** The tenant's RFC 9162 Merkle log. `hash` is the source's, `leafHash` that of the canonical leaf. */
export const logLeaves = pgTable(
  "log_leaves",
  {
    tenantId: tenantId(),
    leafIndex: bigint({ mode: "number" }).notNull(),
    kind: text().notNull(),
    sourceId: text().notNull(),
    hash: bytea().notNull(),
    at: instant().notNull(),
    mac: bytea().notNull(),
    leafHash: bytea().notNull(),
    appendedAt: instant().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.leafIndex] }),
    unique("log_leaves_source_key").on(t.tenantId, t.kind, t.sourceId),
  ],
);

/** Roots of complete subtrees: node (level, index) covers the leaves [index × 2^level, (index + 1) × 2^level). Level 0 is `log_leaves`. */
export const logNodes = pgTable(
  "log_nodes",
  {
    tenantId: tenantId(),
    level: integer().notNull(),
    nodeIndex: bigint({ mode: "number" }).notNull(),
    hash: bytea().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.level, t.nodeIndex] })],
);

/** How far a tenant's log is. Changed by the sequencer alone; `halted…` is set when it may not sign. */
export const logStates = pgTable(
  "log_states",
  {
    tenantId: tenantId(),
    size: bigint({ mode: "number" }).notNull().default(0),
    auditSeq: bigint({ mode: "number" }).notNull().default(0),
    /** c_auditSeq of the audit chain. */
    auditHead: bytea().notNull(),
    checkpointSize: bigint({ mode: "number" }).notNull().default(0),
    checkpointAt: instant(),
    /** How many were signed: no row of `checkpoints` may go unnoticed. */
    checkpointCount: bigint({ mode: "number" }).notNull().default(0),
    haltedAt: instant(),
    haltReason: text(),
  },
  (t) => [primaryKey({ columns: [t.tenantId] })],
);

/** Signed notes over the log's size and root. */
export const checkpoints = pgTable(
  "checkpoints",
  {
    tenantId: tenantId(),
    id: uuid().notNull(),
    size: bigint({ mode: "number" }).notNull(),
    rootHash: bytea().notNull(),
    note: text().notNull(),
    signedAt: instant().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    index("checkpoints_size_idx").on(t.tenantId, t.size, t.signedAt),
  ],
);

/** The number of each audit entry, and its place in the chain: c_n = H(audit-chain, c_{n-1} ‖ entry hash). */
export const auditChain = pgTable(
  "audit_chain",
  {
    tenantId: tenantId(),
    seq: bigint({ mode: "number" }).notNull(),
    auditId: uuid().notNull(),
    hash: bytea().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.seq] }), unique("audit_chain_entry_key").on(t.tenantId, t.auditId)],
);

/** The deployment's name in checkpoints and its signing keys, for all tenants. */
export const deployments = pgTable("deployments", {
  id: uuid().primaryKey(),
  createdAt: instant().notNull(),
});

export const signingKeys = pgTable("signing_keys", {
  /** sha256:<64 hex> of the public key. */
  fingerprint: text().primaryKey(),
  publicKey: bytea().notNull(),
  activeFrom: instant().notNull(),
  retiredAt: instant(),
  /** The fingerprint of the key it follows, and that key's signature over this one; null for the first. */
  predecessor: text(),
  endorsement: bytea(),
});
