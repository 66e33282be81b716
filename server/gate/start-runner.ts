import { systemPrincipal } from "@/server/platform/auth/principal";
import { asTenant } from "@/server/platform/db/tenant-db";
import { DatabaseUnavailable, Internal, Problem } from "@/server/platform/http/problem";
import { log } from "@/server/platform/log/log";
import { signers } from "@/server/transparency/keys";
import type { Told } from "./batch";
import type { StartItem } from "./new-run";
import { patienceEnds, patiently, unavailable } from "./patience";
import { QuotaRefusal, quotaProblem, recordQuota } from "./quota";
import { refusedProblem } from "./refusal";
import { start } from "./start";
import { inGate } from "./transaction";

const TRIES = 5;

/** Starts the run in its own transaction and says what the starter is told. Never throws. */
export async function startAndTell(item: StartItem): Promise<Told> {
  const { tenantId } = item.principal;
  try {
    // A concurrent start of the same id, or a lost commit: the next try finds what was made.
    const attempt = async () => {
      const signing = await signers(tenantId);
      return inGate(tenantId, (db) => start(db, item, signing));
    };
    const outcome = await patiently(attempt, { tries: TRIES, until: patienceEnds() });
    return "refusal" in outcome ? { problem: refusedProblem(outcome.refusal) } : outcome;
  } catch (error) {
    if (error instanceof Problem) return { problem: error };
    if (error instanceof QuotaRefusal) return refuseByQuota(item, error);
    const problem = unavailable(error);
    if (problem !== null) return { problem };
    log.error({ err: error, tenant_id: tenantId, run_id: item.runId }, "a start could not be decided");
    return { problem: Internal.with({}, { cause: error }) };
  }
}

// The refusal's own transaction was rolled back with what it had counted; that it happened is written in a new one.
async function refuseByQuota(item: StartItem, refusal: QuotaRefusal): Promise<Told> {
  try {
    const principal = systemPrincipal(item.principal.tenantId, "gate");
    return { problem: quotaProblem(refusal, await asTenant(principal, (db) => recordQuota(db, item, refusal))) };
  } catch (error) {
    return { problem: DatabaseUnavailable.with({ retry_after: 1 }, { cause: error }) };
  }
}
