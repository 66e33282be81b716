// Resolve, arbitrate, freeze: what binds a run that starts in this context under this book. Pure but for its caches.

import { createHash } from "node:crypto";
import { once } from "@/server/platform/env/once";
import { buildPolicySet } from "@/server/policies/policy-set";
import {
  type Applicable,
  type PolicyBook,
  type RunContext,
  resolveScopes,
  type WindowLimit,
} from "@/server/policies/scopes";
import { ByteCache } from "./byte-cache";
import { type CompiledSet, compiledSet, knownSet } from "./compiled-sets";

export type Resolved = CompiledSet & {
  windows: WindowLimit[];
  /** Applicable rules or limits whose rows do not match their content hash. */
  tampered: string[];
};

const MOST_BYTES = 4_000_000;

/** The hash of the set that came of what applies. */
function resolutions(): ByteCache<string> {
  return once("gate-resolved", () => new ByteCache<string>(MOST_BYTES));
}

/**
 * The same rules and limits of the same epoch make the same set, whatever context they apply to, so that is worked out
 * once. Throws UncompilableCondition.
 */
export function resolve(tenantId: string, book: PolicyBook, context: RunContext): Resolved {
  const applicable = resolveScopes(book, context);
  const ids = new Set([
    ...applicable.rules.map((rule) => rule.policy_id),
    ...[...applicable.limits, ...applicable.windows].map((limit) => limit.limit_id),
  ]);
  return {
    ...setOf(tenantId, book, applicable),
    windows: applicable.windows,
    tampered: book.tampered.filter((id) => ids.has(id)),
  };
}

function setOf(tenantId: string, book: PolicyBook, applicable: Applicable): CompiledSet {
  const key = `${tenantId}/${book.epoch}/${digestOf(applicable)}`;
  const setHash = resolutions().get(key);
  const known = setHash === undefined ? null : knownSet(tenantId, setHash);
  if (known !== null) return known;
  const set = buildPolicySet(applicable.rules, applicable.limits, {
    near_percentage: book.settings.near_percentage,
    windows_apply: applicable.windows.length > 0,
  });
  const compiled = compiledSet(tenantId, set);
  resolutions().set(key, compiled.setHashText, 2 * (key.length + compiled.setHashText.length));
  return compiled;
}

function digestOf({ rules, limits, windows }: Applicable): string {
  const digest = createHash("sha256");
  for (const rule of rules) digest.update(`${rule.policy_id} ${rule.bound_by}\n`);
  for (const limit of limits) digest.update(`${limit.limit_id}\n`);
  return digest.update(windows.length > 0 ? "windows" : "").digest("base64");
}
