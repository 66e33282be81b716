import { canonicalBytes } from "./canonical";
import type { LeafSource } from "./mac";

/** The bytes of a leaf of the tenant's log; its hash is `leafHash(leafBytes(source))`. */
export function leafBytes({ tenant_id, kind, id, hash, at }: LeafSource): Buffer {
  return canonicalBytes({ v: 1, tenant_id, kind, id, hash, at });
}

/** The log's name, and that of the keys that sign for it. */
export function originOf(deploymentId: string, tenantId: string): string {
  return `holdpoint/${deploymentId}/${tenantId}`;
}
