// An item's change while it is being made: the run's working copy, its records in order, and what they bring about.

import type { EventTopic } from "@/db/vocabulary";
import { chainRecord, type NewRecord } from "@/server/evidence/record";
import { auditRow, outboxRow } from "@/server/platform/audit/audit";
import { evidenceKey, type LeafDeed, leafSourceRow } from "@/server/platform/audit/leaf-sources";
import type { Principal } from "@/server/platform/auth/principal";
import { type Effects, noEffects } from "./effects";
import type { RunMemory } from "./memory";
import type { AuditRow, RunRow, StepRow } from "./rows";
import { type Change, stepKeyOf, type Told, type World } from "./world";

export type RecordParts = Pick<NewRecord, "kind" | "body"> & {
  stepIndex?: number;
  stepId?: string | null;
  stepType?: string;
};
type Answered = { requestHash: Buffer; status: number; bytes: (hash: Buffer) => Buffer };

export class Draft {
  readonly effects: Effects = noEffects();
  readonly told: Told[] = [];

  constructor(
    readonly world: World,
    readonly run: RunRow,
    readonly principal: Principal,
    readonly requestId: string | null,
  ) {
    run.lastAt = world.now;
  }

  get now(): Date {
    return this.world.now;
  }

  /** Appends a record to the chain (after the seal: to its addenda) and returns its seq, its hash, and its answer's bytes. */
  append(parts: RecordParts, answered?: Answered): { seq: number; hash: Buffer; answer: Buffer | null } {
    const { run } = this;
    const seq = run.seq + 1;
    const columns = {
      tenantId: this.world.tenantId,
      runId: run.runId,
      seq,
      stepIndex: parts.stepIndex ?? null,
      stepId: parts.stepId ?? null,
      stepType: parts.stepType ?? null,
      recordedAt: this.now,
      kind: parts.kind,
    };
    const { canonical, hash } = chainRecord(run.headHash, { ...columns, body: parts.body } as NewRecord);
    const answer = answered === undefined ? null : answered.bytes(hash);
    this.effects.records.push({
      ...columns,
      canonical,
      hash,
      requestHash: answered?.requestHash ?? null,
      answerStatus: answered?.status ?? null,
      answer,
    });
    if (answered !== undefined && answer !== null) {
      this.told.push({ seq, kind: parts.kind, requestHash: answered.requestHash, status: answered.status, answer });
    }
    run.seq = seq;
    run.headHash = hash;
    return { seq, hash, answer };
  }

  remember(changes: Partial<RunMemory>): void {
    this.run.memory = { ...this.run.memory, ...changes };
  }

  step(step: StepRow): void {
    this.effects.steps.set(stepKeyOf(step.runId, step.stepIndex), step);
  }

  audit(action: string, detail: object, entity = { type: "run", id: this.run.runId }): void {
    this.effects.audits.push(this.auditOf(action, detail, entity));
  }

  auditOf(action: string, detail: object, entity = { type: "run", id: this.run.runId }): AuditRow {
    const entry = { action, entity_type: entity.type, entity_id: entity.id, run_id: this.run.runId, detail };
    const context = { principal: this.principal, at: this.now };
    const row = auditRow(entry, this.requestId === null ? context : { ...context, requestId: this.requestId });
    return { tenantId: this.world.tenantId, ...complete(row) };
  }

  /** What the tenant's log will have of this change, beside its audit entries. */
  leaf(kind: LeafDeed["kind"], id: string, hash: Buffer): void {
    const deed = { kind, id, hash, at: this.now };
    this.effects.leaves.push(leafSourceRow(evidenceKey(), this.world.tenantId, deed));
  }

  announce(topic: EventTopic, payload: object): void {
    const row = outboxRow({ topic, entity_id: this.run.runId, payload }, this.now);
    this.effects.outbox.push({ ...row, tenantId: this.world.tenantId });
  }

  change(): Change {
    return { run: this.run, effects: this.effects, told: this.told };
  }
}

// Bulk inserts name every column; what auditRow leaves out is null.
function complete(row: ReturnType<typeof auditRow>) {
  return {
    ...row,
    runId: row.runId ?? null,
    requestId: row.requestId ?? null,
    before: row.before ?? null,
    after: row.after ?? null,
    detail: row.detail ?? null,
    afterHash: row.afterHash ?? null,
  };
}
