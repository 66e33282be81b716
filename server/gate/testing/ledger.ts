// What a client was told, kept outside the server: the other side of the account that the database is held to.

import { createHash } from "node:crypto";

export type Told = {
  run: string;
  stepId: string;
  phase: "admission" | "result";
  seq: number;
  stepIndex: number;
  action: string;
  tokens: number;
  costUnits: number;
  /** SHA-256 of the answer's bytes. */
  answer: string;
};

export type Outage = { sentAt: number; answeredAt: number; status: number };

export class Ledger {
  /** Acknowledged posts by run, step and phase. */
  readonly told = new Map<string, Told>();
  /** Runs whose start was acknowledged, with the agent they are of. */
  readonly runs = new Map<string, string>();
  /** Runs whose end was acknowledged. */
  readonly completed = new Set<string>();
  /** Posts refused because their run was over. */
  refused = 0;
  /** Acknowledgements that contradict one another: must stay empty. */
  readonly contradictions: string[] = [];
  /** Answers other than 2xx and 409, with the times they were asked and answered at. */
  readonly outages: Outage[] = [];
  attempts = 0;
  acks = 0;
  replays = 0;
  slowestMs = 0;
  /** When acknowledged posts were sent and answered, in the order of their answers. */
  readonly #times: { sentAt: number; answeredAt: number }[] = [];

  /** The time of the first acknowledgement after `instant`; Infinity when there is none yet. */
  firstAckAfter(instant: number): number {
    return this.#times.find((one) => one.answeredAt >= instant)?.answeredAt ?? Number.POSITIVE_INFINITY;
  }

  /** How many posts that were sent after `instant` are acknowledged. */
  acksSentAfter(instant: number): number {
    return this.#times.filter((one) => one.sentAt > instant).length;
  }

  acknowledge(told: Told, { replayed, sentAt }: { replayed: boolean; sentAt: number }): void {
    this.acks += 1;
    this.#times.push({ sentAt, answeredAt: performance.now() });
    if (replayed) this.replays += 1;
    const key = `${told.run}/${told.stepId}/${told.phase}`;
    const before = this.told.get(key);
    if (before !== undefined && before.answer !== told.answer) this.contradictions.push(`${key} was answered twice`);
    this.told.set(key, told);
  }
}

export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
