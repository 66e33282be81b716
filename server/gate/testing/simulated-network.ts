// The simulator's runner before the real gate: the same posts, doubled, reordered and at once, through the batcher and its
// transactions; what was answered is kept, to be held against the tables and against delivery in order.

import { canonicalText } from "@/server/evidence/canonical";
import { bodyIn } from "@/server/evidence/record";
import { submit } from "@/server/gate/batcher";
import type { Item } from "@/server/gate/item";
import { type Dice, diceOf } from "./dice";
import { type ClientIds, type Op, type Reply, SimulatedClient, type Style } from "./simulated-client";
import type { Said } from "./simulation";

export type Answered = { op: Op; status: number; slug: string | null; bytes: Buffer | null; replayed: boolean };
type Shown = Said & { status?: string; run?: { status: string } };

const styles: readonly Style[] = ["one by one", "pipelined", "side by side"];

export class SimulatedNetwork {
  readonly answers: Answered[] = [];
  readonly client: SimulatedClient;
  private readonly dice: Dice;
  private status = "running";

  constructor(
    private readonly tenantId: string,
    ids: ClientIds,
  ) {
    this.dice = diceOf(ids.seed + 2 ** 30);
    this.client = new SimulatedClient(ids, this.dice.pick(styles), this.dice);
  }

  /** Delivers at least that many posts, a handful at once. */
  async play(deliveries: number): Promise<void> {
    let wire: Op[] = [];
    while (this.answers.length < deliveries) {
      wire.push(...this.client.speak({ echoes: 1, isDone: false }));
      wire = wire.slice(-20);
      const batch = Array.from({ length: Math.min(wire.length, this.dice.between(1, 8)) }, () =>
        wire.splice(this.dice.below(wire.length), 1),
      ).flat();
      // Each delivery is an arrival of its own, as a parsed request is.
      const answered = await Promise.all(batch.map((op) => this.deliver(op)));
      for (const one of answered) this.client.hear(one.op, this.replyOf(one));
      this.answers.push(...answered);
    }
  }

  private async deliver(op: Op): Promise<Answered> {
    const told = await submit(this.tenantId, { ...op.item });
    if (!("problem" in told)) {
      return { op, status: told.status, slug: null, bytes: told.bytes, replayed: told.replayed === true };
    }
    const { status, slug } = told.problem.definition;
    return { op, status, slug, bytes: null, replayed: false };
  }

  private replyOf({ op, status, slug, bytes }: Answered): Reply {
    const shown = bytes === null ? null : (JSON.parse(bytes.toString("utf8")) as Shown);
    const now = shown?.run?.status ?? shown?.status;
    if (slug === "run-not-live") this.status = "over";
    else if (slug === "run-paused") this.status = "paused";
    else if (slug === "run-not-paused") this.status = "running";
    // What was answered before says how it was then.
    else if (now !== undefined && this.status !== "over") this.status = now;
    const of = { action: shown?.decision?.action ?? null, enforcement: shown?.decision?.enforcement ?? null };
    const isStep = op.item.kind === "step";
    const isPaused = this.status === "paused";
    const isLive = isPaused || this.status === "running";
    return { status, slug, ...of, index: isStep ? (shown?.step_index ?? null) : null, isLive, isPaused };
  }

  /** Posts that stand, by the seq they were recorded at. */
  bySeq(): Map<number, Item> {
    const found = new Map<number, Item>();
    for (const { op, bytes } of this.answers) {
      if (op.item.kind !== "step" || bytes === null) continue;
      const { seq } = JSON.parse(bytes.toString("utf8")) as Said;
      if (seq !== null) found.set(seq, op.item);
    }
    return found;
  }

  /** Releases, ends and cancels that were done, in the order in which they were answered. */
  acts(kind: Item["kind"]): Item[] {
    return this.answers.flatMap(({ op, status, replayed }) =>
      op.item.kind === kind && status === 200 && !replayed ? [op.item] : [],
    );
  }
}

type Recorded = { seq: number; kind: string; stepIndex: number | null; canonical: Buffer };

/** A record without its ids and hashes of other things: what was decided, and by what. */
export function decisionText({ seq, kind, stepIndex, canonical }: Recorded): string {
  const { decision, usage, estimate, inputs, end } = bodyIn(canonical) as Record<string, never>;
  return canonicalText({ seq, kind, stepIndex: stepIndex ?? 0, decision, usage, estimate, inputs, end });
}
