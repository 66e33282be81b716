// What a batch will write, gathered while its items are decided and flushed as a few bulk statements. An item's effects
// are joined to the batch's only when the item has been decided whole, so a poisoned item leaves nothing behind.

import type { IncidentFacts } from "@/server/incidents/open";
import type { LeafSourceRow } from "@/server/platform/audit/leaf-sources";
import type { Principal } from "@/server/platform/auth/principal";
import type {
  AuditRow,
  CostRow,
  EnforcementRow,
  OutboxRow,
  PayloadRow,
  PreventionRow,
  RecordRow,
  SignalRow,
  StepRow,
} from "./rows";

export type CounterDelta = {
  limitId: string;
  scopeKey: string;
  windowStart: string;
  used: number;
  reserved: number;
  presumed: number;
  unpriced: boolean;
  signalled: "" | "near" | "breach";
};

export type EntryDraft = { limitId: string; scopeKey: string; at: string; amount: number };

export type TraceEnd = {
  traceId: string;
  status: string;
  completedAt: Date;
  rootHash: Buffer;
  seal: object;
  sealHash: Buffer;
  violationStepIndex: number | null;
  violationTimestamp: Date | null;
  violationPolicyId: string | null;
  violationReason: string | null;
  incidentId: string | null;
};

/** Counted each time; what is said of it (enforcement, audit) or charged for it is written the first time only. */
export type Refusal = {
  runId: string;
  dedupeKey: string;
  enforcement: EnforcementRow | null;
  audit: AuditRow | null;
  cost: CostRow | null;
  at: Date;
};

export type FreezeDraft = {
  id: string;
  type: "key" | "agent";
  targetId: string;
  reason: string;
  createdBy: string;
  at: Date;
};

export type IncidentDraft = { incidentId: string; facts: IncidentFacts; principal: Principal };

export type Effects = {
  records: RecordRow[];
  payloads: PayloadRow[];
  /** By `run/index`: new steps and changed ones alike. */
  steps: Map<string, StepRow>;
  enforcements: EnforcementRow[];
  refusals: Refusal[];
  preventions: PreventionRow[];
  signals: SignalRow[];
  costs: CostRow[];
  audits: AuditRow[];
  outbox: OutboxRow[];
  /** For the tenant's log; those of audit entries and incidents are written with these. */
  leaves: LeafSourceRow[];
  incidents: IncidentDraft[];
  traceEnds: TraceEnd[];
  freezes: FreezeDraft[];
  counters: CounterDelta[];
  entries: EntryDraft[];
};

export function noEffects(): Effects {
  return {
    records: [],
    payloads: [],
    steps: new Map(),
    enforcements: [],
    refusals: [],
    preventions: [],
    signals: [],
    costs: [],
    audits: [],
    outbox: [],
    leaves: [],
    incidents: [],
    traceEnds: [],
    freezes: [],
    counters: [],
    entries: [],
  };
}

export function joinEffects(into: Effects, more: Effects): void {
  into.records.push(...more.records);
  into.payloads.push(...more.payloads);
  for (const [key, step] of more.steps) into.steps.set(key, step);
  into.enforcements.push(...more.enforcements);
  into.refusals.push(...more.refusals);
  into.preventions.push(...more.preventions);
  into.signals.push(...more.signals);
  into.costs.push(...more.costs);
  into.audits.push(...more.audits);
  into.outbox.push(...more.outbox);
  into.leaves.push(...more.leaves);
  into.incidents.push(...more.incidents);
  into.traceEnds.push(...more.traceEnds);
  into.freezes.push(...more.freezes);
  into.counters.push(...more.counters);
  into.entries.push(...more.entries);
}
