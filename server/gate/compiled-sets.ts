// Policy sets as the gate uses them, once in memory whatever runs and contexts they bind: everything else names them by
// hash. A client chooses the contexts of its runs, so what is kept is bounded in bytes and not in number.

import { canonicalBytes } from "@/server/evidence/canonical";
import { H, writeHash } from "@/server/evidence/hash";
import { once } from "@/server/platform/env/once";
import type { PolicySet } from "@/server/policies/policy-set";
import { ByteCache } from "./byte-cache";
import { compilePlan, type Plan } from "./plan";
import { limitSummary, ruleSummary } from "./snapshot";
import type { SnapshotSummary } from "./wire";

/** In canonical bytes; in memory a set takes about five times as many. */
const MOST_BYTES = 8_000_000;

export type CompiledSet = {
  set: PolicySet;
  setHash: Buffer;
  setHashText: string;
  canonical: Buffer;
  plan: Plan;
  /** The set's part of every snapshot's summary. */
  policies: SnapshotSummary["policies"];
  limits: SnapshotSummary["limits"];
};

function sets(): ByteCache<CompiledSet> {
  return once("gate-plans", () => new ByteCache<CompiledSet>(MOST_BYTES));
}

/** The set of that hash, when it is in memory. */
export function knownSet(tenantId: string, setHash: string): CompiledSet | null {
  return sets().get(`${tenantId}/${setHash}`) ?? null;
}

/** The set, compiled; the one in memory when there is one of its hash. Throws UncompilableCondition. */
export function compiledSet(tenantId: string, set: PolicySet): CompiledSet {
  const canonical = canonicalBytes(set as never);
  const setHash = H("policy-set", canonical);
  const setHashText = writeHash(setHash);
  const known = knownSet(tenantId, setHashText);
  if (known !== null) return known;
  const compiled = {
    set,
    setHash,
    setHashText,
    canonical,
    plan: compilePlan(set),
    policies: set.rules.map(ruleSummary),
    limits: set.effective.map(limitSummary),
  };
  sets().set(`${tenantId}/${setHashText}`, compiled, canonical.length);
  return compiled;
}
