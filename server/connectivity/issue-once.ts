// Answers that show a key, and Idempotency-Key: the stored answer must not hold the key. It holds a nonce in the key's
// place, and the key follows from nonce and a secret outside of the database; so the replay shows the same key again.

import type { IssuedApiKey } from "@/server/connectivity/contract";
import { keyOfNonce, mintApiKey } from "@/server/platform/auth/api-key";
import { actorKey } from "@/server/platform/auth/principal";
import { asTenant, type TenantDb } from "@/server/platform/db/tenant-db";
import type { Endpoint } from "@/server/platform/http/contract";
import { type OwnContext, type Reply, replyBytes } from "@/server/platform/http/handle";
import { answerOnce, requestHash } from "@/server/platform/http/idempotency";

export interface Issuing {
  endpoint: Endpoint;
  /** The parsed input, by which a second request is the same. */
  input: unknown;
  /** Stores the key and says how its answer reads. */
  issue(db: TenantDb, key: string): Promise<Omit<IssuedApiKey, "key">>;
}

/** Issues a key in a transaction of its own, once per Idempotency-Key. */
export function issueOnce(cx: OwnContext, { endpoint, input, issue }: Issuing): Promise<Reply<never>> {
  return asTenant(cx.principal, async (db) => {
    const work = async () => {
      const nonce = mintApiKey();
      const answer: IssuedApiKey = { ...(await issue(db, keyOfNonce(nonce))), key: nonce };
      const bytes = Buffer.from(JSON.stringify(answer));
      return { status: endpoint.status, headers: {}, contentType: endpoint.media, bytes };
    };
    if (cx.idempotencyKey === null) return reveal(await work());
    const asked = { principal: actorKey(cx.principal), endpoint: endpoint.id, key: cx.idempotencyKey };
    return reveal(await answerOnce(db, { ...asked, requestHash: requestHash([input]) }, work));
  });
}

interface Stored {
  status: number;
  headers: Readonly<Record<string, string>>;
  bytes: Uint8Array | string | null;
}

// The nonce looks like a key and is followed by nothing, so that replacing it keeps the rest of the bytes as they are.
function reveal({ status, headers, bytes }: Stored): Reply<never> {
  const text = Buffer.from(bytes ?? "").toString("utf8");
  const shown = text.replace(
    /"key":"(hp_live_[A-Za-z0-9_-]{43})"\}$/,
    (_, nonce: string) => `"key":"${keyOfNonce(nonce)}"}`,
  );
  return replyBytes(Buffer.from(shown), { status, headers: { ...headers } });
}
