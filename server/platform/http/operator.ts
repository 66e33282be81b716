// `platform:*` belongs to whoever runs this installation, not to any tenant's role: a token from the environment.

import { createHash, timingSafeEqual } from "node:crypto";
import type { Permission, Principal } from "@/server/platform/auth/principal";
import { env } from "@/server/platform/env/env";
import { NotFound, Unauthenticated } from "@/server/platform/http/problem";

const nobodysTenant = "00000000-0000-0000-0000-000000000000";

/** The operator as a principal of no tenant. Throws 404 where no token is configured, 401 for a wrong one. */
export function operatorOf(request: Request, permission: Permission): Principal {
  const expected = permission === "platform:metrics" ? env.METRICS_TOKEN : undefined;
  if (expected === undefined) throw NotFound.with();
  const sent = /^Bearer (\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
  if (!timingSafeEqual(digest(sent), digest(expected))) throw Unauthenticated.with();
  return { kind: "system", tenantId: nobodysTenant, component: "operator", permissions: new Set([permission]) };
}

// Hashing first makes both sides equally long, which timingSafeEqual demands.
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
