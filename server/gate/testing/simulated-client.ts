// A runner in front of a bad network: it keeps a few posts under way, sends what was not answered again, and old copies of
// what was answered still arrive.

import { requestHash } from "@/server/evidence/snapshot-hash";
import type { Item } from "@/server/gate/item";
import { resultPost, type StepPost, stepPost } from "@/server/gate/post";
import type { CompleteBody, ResultBody, StepBody } from "@/server/gate/wire";
import type { Principal } from "@/server/platform/auth/principal";
import type { Dice } from "./dice";
import { idOf } from "./simulated-tenant";

/** A post in one body; copies of it are the same object. */
export type Op = { item: Item; key: string; isAdmission: boolean; index: number | null };
export type Reply = {
  status: number;
  slug: string | null;
  action: string | null;
  enforcement: string | null;
  index: number | null;
  isLive: boolean;
  isPaused: boolean;
};

type Open = { index: number; stepId: string | null };
export type Style = "one by one" | "pipelined" | "side by side";
export type ClientIds = { runId: string; seed: number; at: number; runner: Principal; releaser: Principal };

export class SimulatedClient {
  /** Sent and not conclusively answered. */
  readonly pending = new Map<string, Op>();
  private readonly past: Op[] = [];
  private open: Open[] = [];
  private nextIndex = 1;
  private made = 0;
  isOver = false;
  private isPaused = false;

  constructor(
    readonly ids: ClientIds,
    readonly style: Style,
    private readonly dice: Dice,
  ) {}

  /** What it puts on the wire now: new posts, posts again, and copies that the network had kept. */
  speak({ echoes, isDone }: { echoes: number; isDone: boolean }): Op[] {
    const { dice } = this;
    const said: Op[] = [];
    if (this.past.length > 0) for (let i = 0; i < echoes; i += 1) said.push(dice.pick(this.past));
    const room = this.style === "one by one" ? 1 : 4;
    if (this.isPaused && dice.oneIn(3)) said.push(this.release());
    // After the end it tries only now and then, as proof of stop and with late results.
    const quiet = this.isOver ? 8 : 1;
    const mayBegin = !isDone || this.past.length === 0;
    if (mayBegin && this.pending.size < room && dice.oneIn(quiet)) said.push(...this.begin());
    for (const op of this.pending.values()) if (dice.oneIn(3 * quiet)) said.push(op);
    if (this.past.length > 0 && dice.oneIn(3 * quiet)) said.push(dice.pick(this.past));
    if (this.past.length > 0 && dice.oneIn(12 * quiet)) said.push(...this.contradict(dice.pick(this.past)));
    return said;
  }

  hear(op: Op, reply: Reply): void {
    if (reply.status === 401) return;
    this.isOver = !reply.isLive;
    this.isPaused = reply.isPaused;
    if (this.pending.get(op.key) !== op) return;
    const isHeldBack = reply.enforcement === "refuse" || (op.isAdmission && reply.enforcement === "pause");
    const isLater = ["run-paused", "step-out-of-order", "steps-in-flight"].includes(reply.slug ?? "");
    if ((isHeldBack || isLater) && !this.dice.oneIn(8)) return;
    this.pending.delete(op.key);
    // An index that was given up is used again for the next step.
    if (isHeldBack || isLater) {
      if (op.index !== null) this.nextIndex = Math.min(this.nextIndex, op.index);
      return;
    }
    // A heartbeat is no news the second time either, but is written every time.
    if (op.item.kind !== "heartbeat" || this.dice.oneIn(8)) this.past.push(op);
    if (reply.status === 200 && op.isAdmission && reply.index !== null && reply.isLive) {
      const stepId = op.item.kind === "step" ? op.item.stepId : null;
      this.open.push({ index: reply.index, stepId });
    }
  }

  private begin(): Op[] {
    const { dice } = this;
    if (this.open.length > 0 && dice.oneIn(2)) return [this.result(this.take())];
    if (dice.oneIn(20)) return [this.act({ kind: "heartbeat", ...this.origin() })];
    if (dice.oneIn(60)) return [this.act({ kind: "cancel", ...this.origin(), reason: null })];
    if (dice.oneIn(30)) return [this.complete()];
    return [this.step(dice.oneIn(2))];
  }

  private take(): Open {
    const at = this.dice.below(this.open.length);
    const [taken] = this.open.splice(at, 1);
    if (taken === undefined) throw new RangeError("nothing is open");
    return taken;
  }

  private origin() {
    return { runId: this.ids.runId, principal: this.ids.runner, requestId: `request-${this.ids.at}-${this.made++}` };
  }

  private step(isAdmission: boolean): Op {
    const { dice } = this;
    const isById = this.style === "side by side" && !dice.oneIn(8);
    const index = isById ? null : this.nextIndex++;
    const stepId = isById || dice.oneIn(10) ? idOf(5 + this.ids.at, this.ids.seed, this.made) : null;
    const raw: StepBody = {
      ...(index === null ? {} : { step_index: index }),
      ...(stepId === null ? {} : { step_id: stepId }),
      step_type: dice.pick(["llm_call", "tool_call"] as const),
      skill: dice.pick(["shell", "draft"]),
      ...(dice.oneIn(8) ? { model: "unknown" } : { model: "m" }),
      ...(dice.oneIn(4) ? { started_at: dice.pick(["2025-06-01T12:00:00Z", "2027-06-01T12:00:00Z"]) } : {}),
    };
    if (!isAdmission)
      Object.assign(raw, { status: "success", usage: this.usage(), retry_count: dice.pick([0, 0, 1, 3]) });
    else if (!dice.oneIn(5))
      raw.estimate = { input_tokens: dice.below(40), output_tokens: dice.below(60), ...this.cents() };
    return this.said({ item: stepPost(this.origin(), raw, raw), key: stepId ?? `step ${index}`, isAdmission, index });
  }

  private result(open: Open): Op {
    const raw: ResultBody = {
      usage: this.usage(),
      status: "success",
      ...(open.stepId === null ? {} : { step_id: open.stepId }),
    };
    const item = resultPost({ ...this.origin(), stepIndex: open.index }, raw, raw);
    return this.said({ item, key: `result ${open.index}`, isAdmission: false, index: null });
  }

  private usage() {
    const { dice } = this;
    return {
      input_tokens: dice.below(40),
      output_tokens: dice.below(60),
      duration_ms: dice.below(1_000),
      ...this.cents(),
    };
  }

  private cents(): { cost_cents?: number } {
    return this.dice.oneIn(2) ? { cost_cents: this.dice.below(10_000) / 10_000 } : {};
  }

  private complete(): Op {
    const body: CompleteBody = {
      status: this.dice.pick(["succeeded", "failed", "cancelled"] as const),
      ...(this.dice.oneIn(2) ? { abandon: true } : {}),
    };
    return this.act({ kind: "complete", ...this.origin(), body, requestHash: requestHash(body) });
  }

  private release(): Op {
    const decision = this.dice.oneIn(5) ? "deny" : "approve";
    const act = { ...this.origin(), principal: this.dice.oneIn(10) ? this.ids.runner : this.ids.releaser };
    const item: Item = { kind: "release", ...act, body: { decision, reason: "seen" } };
    return { item, key: `release ${this.made}`, isAdmission: false, index: null };
  }

  private act(item: Item): Op {
    return this.said({ item, key: `${item.kind} ${this.made}`, isAdmission: false, index: null });
  }

  private said(op: Op): Op {
    this.pending.set(op.key, op);
    return op;
  }

  /** The same key with another body. */
  private contradict(op: Op): Op[] {
    if (op.item.kind !== "step" || op.item.usage === null) return [];
    const usage = { ...op.item.usage, input_tokens: op.item.usage.input_tokens + 1 };
    const other = requestHash({ not: "the same", was: op.item.requestId });
    const item: StepPost = { ...op.item, usage, requestHash: other, settleHash: () => other };
    return [{ ...op, item, key: `${op.key} otherwise` }];
  }
}
