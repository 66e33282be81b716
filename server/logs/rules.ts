// What records say in the words of logs. Pure.

import type { AuditIntegrity, EvidenceMetadata, ExecutionStatus } from "@/server/logs/contract";

/** Of a run that is over. A stop by policy is a failure, a cancellation an abort. */
export function executionStatusOf(run: { status: string; terminationReason: string | null }): ExecutionStatus {
  if (run.status === "succeeded") return "SUCCEEDED";
  if (run.status === "cancelled") return "ABORTED";
  return run.terminationReason === "timeout" ? "TIMEOUT" : "FAILED";
}

const domainOfEntity: Readonly<Record<string, EvidenceMetadata["source_domain"]>> = {
  run: "ACTIVITY",
  trace: "ACTIVITY",
  signal: "ACTIVITY",
  policy: "POLICY",
  limit: "POLICY",
  price_table: "POLICY",
  settings: "POLICY",
  freeze: "POLICY",
  incident: "INCIDENTS",
  incident_comment: "INCIDENTS",
  export: "LOGS",
};

export function domainOf(entityType: string): EvidenceMetadata["source_domain"] {
  return domainOfEntity[entityType] ?? "SYSTEM";
}

const originOfActor: Readonly<Record<string, EvidenceMetadata["origin"]>> = {
  human: "HUMAN",
  user: "HUMAN",
  agent: "AGENT",
  key: "AGENT",
  system: "SYSTEM",
  service: "SYSTEM",
};

/** Null where nobody said who acted. */
export function originOf(actorType: string | null): EvidenceMetadata["origin"] {
  return actorType === null ? null : (originOfActor[actorType] ?? null);
}

type IntegrityFindings = {
  checked: number;
  faults: number;
  isComplete: boolean;
  unnumbered: number;
  clockRollbacks: number;
  isHalted: boolean;
};

/** Nothing checked says nothing; a fault breaks it; what could hide a fault is said. */
export function integrityStatus(found: IntegrityFindings): Pick<AuditIntegrity, "status" | "reason"> {
  if (found.faults > 0) return { status: "broken", reason: "What is stored is not what was written." };
  if (found.checked === 0) return { status: "unknown", reason: "There is no entry in this range." };
  const reason = doubtOf(found);
  return { status: reason === null ? "verified" : "partial", reason };
}

function doubtOf(found: IntegrityFindings): string | null {
  if (found.isHalted) return "The log is not signed until its break is acknowledged.";
  if (!found.isComplete) return "There is more than one answer checks: narrow the range.";
  if (found.unnumbered > 0) return "Entries are waiting for their number for longer than they should.";
  return found.clockRollbacks > 0 ? "The clock went back, so the times of some entries contradict their order." : null;
}
