import { canonicalBytes } from "./canonical";
import { H, writeHash } from "./hash";
import { instant } from "./instant";

/** What a run is, before its first record. */
export type Genesis = {
  readonly tenantId: string;
  readonly runId: string;
  readonly traceId: string;
  /** Null for a run refused before a snapshot existed. */
  readonly snapshotHash: Uint8Array | null;
  /** The decision engine that governs the run, for example `holdpoint/0.1.0`. */
  readonly engine: string;
  readonly startedAt: Date;
};

/** The exact bytes behind h_0. */
export function genesisBytes(genesis: Genesis): Buffer {
  return canonicalBytes({
    v: 1,
    tenant_id: genesis.tenantId,
    run_id: genesis.runId,
    trace_id: genesis.traceId,
    snapshot_hash: genesis.snapshotHash ? writeHash(genesis.snapshotHash) : undefined,
    engine: genesis.engine,
    started_at: instant(genesis.startedAt),
  });
}

/** h_0, the predecessor of the record with seq 1. */
export function genesisHash(genesis: Genesis): Buffer {
  return H("genesis", genesisBytes(genesis));
}

/** h_seq = H(record, h_{seq−1} ‖ canonical(record)). */
export function recordHash(previous: Uint8Array, canonical: Uint8Array): Buffer {
  return H("record", previous, canonical);
}

/** a_i = H(addendum, a_{i−1} ‖ canonical(record)), where a_0 is the seal's hash. */
export function addendumHash(previous: Uint8Array, canonical: Uint8Array): Buffer {
  return H("addendum", previous, canonical);
}
