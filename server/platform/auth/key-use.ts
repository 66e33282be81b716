import { systemPrincipal } from "@/server/platform/auth/principal";
import { asTenant } from "@/server/platform/db/tenant-db";
import { once } from "@/server/platform/env/once";
import { log } from "@/server/platform/log/log";

const NOTED_EVERY_MS = 60_000;
const MOST_KEYS = 10_000;

interface UsedKey {
  tenantId: string;
  keyId: string;
}

/**
 * Records that a key was used, at most once a minute, behind the request's back: it never delays or fails it. A key row
 * that is locked is left for the next time.
 */
export function noteKeyUse({ tenantId, keyId }: UsedKey): void {
  const noted = once("key-use", () => new Map<string, number>());
  const now = performance.now();
  if (now - (noted.get(keyId) ?? Number.NEGATIVE_INFINITY) < NOTED_EVERY_MS) return;
  if (noted.size >= MOST_KEYS) noted.clear();
  noted.set(keyId, now);
  writeUse({ tenantId, keyId }).catch((error: unknown) => log.debug({ err: error }, "A key's use was not recorded"));
}

function writeUse({ tenantId, keyId }: UsedKey): Promise<unknown> {
  return asTenant(
    systemPrincipal(tenantId, "key-use"),
    (db) => db.sql`
      update api_keys k set last_used_at = clock_timestamp()
      where ${db.mine("k")} and k.id in (
        select id from api_keys where ${db.mine()} and id = ${keyId}
          and (last_used_at is null or last_used_at < clock_timestamp() - interval '1 minute')
        for no key update skip locked)`,
  );
}
