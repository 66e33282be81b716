// Runners under bad conditions: they post steps, and post the same again until somebody answers. Every choice comes from a
// seed; what was acknowledged goes into a ledger.

import { Agent, type IncomingMessage, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type Dice, diceOf } from "@/server/gate/testing/dice";
import { digest, type Ledger, type Told } from "@/server/gate/testing/ledger";

export type LoadOptions = {
  port: () => number;
  key: string;
  seed: number;
  clients: number;
  runs: number;
  /** Longest pause of a client between two steps; 0: none. */
  pauseMs: number;
  /** A request that has no answer by then is taken for lost. */
  timeoutMs: number;
};

export type Reply = { status: number; text: string; replayed: boolean; sentAt: number };
type Post = { path: string; body: object; idempotencyKey?: string };
type InFlight = { sentAt: number; outcome: "none" | "answered" | "lost" };

/** Agents of the load: the last one's runs are stopped by a rule while others still post to them. */
export const loadAgents = ["steady-a", "steady-b", "steady-c", "bounded"] as const;

export class LoadRunners {
  /** Requests that were sent and have no answer yet. */
  readonly inFlight = new Set<InFlight>();
  readonly #options: LoadOptions;
  readonly #ledger: Ledger;
  readonly #agent: Agent;
  readonly #runs: string[] = [];
  #stopped = false;
  #clients: Promise<void>[] = [];

  constructor(options: LoadOptions, ledger: Ledger) {
    this.#options = options;
    this.#ledger = ledger;
    this.#agent = new Agent({ keepAlive: true, maxSockets: options.clients * 2 });
  }

  /** Starts all runs, then the clients; they go on until `finish`. */
  async start(): Promise<void> {
    const dice = diceOf(this.#options.seed);
    for (let i = 0; i < this.#options.runs; i += 1) this.#runs.push(uuidOf(dice));
    await Promise.all(
      this.#runs.map(async (run, i) => {
        const agent = loadAgents[i % 10 === 9 ? 3 : i % 3] ?? "steady-a";
        const { status, text } = await this.#insist({ path: "", body: { run_id: run, agent_id: agent } });
        if (status !== 201 && status !== 200) throw new Error(`a run did not start: ${status} ${text}`);
        this.#ledger.runs.set(run, agent);
      }),
    );
    const { clients, seed } = this.#options;
    this.#clients = Array.from({ length: clients }, async (_, i) => {
      try {
        await this.#client(diceOf(seed * 1_000 + i + 1));
      } catch (error) {
        this.#ledger.contradictions.push(String(error));
      }
    });
  }

  /** Lets every client finish what it began, ends every run, and hangs up. */
  async finish(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#clients);
    await Promise.all(this.#runs.map((run) => this.#complete(run)));
    this.#agent.destroy();
  }

  async #client(dice: Dice): Promise<void> {
    while (!this.#stopped) {
      const run = dice.pick(this.#runs);
      const isAdmitted = dice.oneIn(3);
      const step = { run, stepId: uuidOf(dice), usage: usageOf(dice), keyed: dice.oneIn(4) };
      if (!isAdmitted) await this.#report(step);
      else await this.#admitAndSettle(step);
      if (this.#options.pauseMs > 0) await sleep(dice.below(this.#options.pauseMs));
    }
  }

  async #report(step: Step): Promise<void> {
    const body = { step_id: step.stepId, step_type: "tool_call", status: "success", usage: step.usage };
    this.#note(step, await this.#insist(postOf(step, `/${step.run}/steps`, body)));
  }

  async #admitAndSettle(step: Step): Promise<void> {
    const { output_tokens, cost_cents } = step.usage;
    const body = { step_id: step.stepId, step_type: "llm_call", estimate: { output_tokens, cost_cents } };
    const admission = this.#note(step, await this.#insist(postOf(step, `/${step.run}/steps`, body)));
    if (admission === null || admission.action === "block") return;
    const result = { status: "success", usage: step.usage };
    const path = `/${step.run}/steps/${admission.stepIndex}/result`;
    this.#note(step, await this.#insist(postOf(step, path, result)));
  }

  async #complete(run: string): Promise<void> {
    const { status } = await this.#insist({ path: `/${run}/complete`, body: { status: "succeeded" } });
    if (status === 200) this.#ledger.completed.add(run);
  }

  #note(step: Step, { status, text, replayed, sentAt }: Reply): { action: string; stepIndex: number } | null {
    if (status === 409) {
      this.#ledger.refused += 1;
      return null;
    }
    if (status !== 200) throw new Error(`a step was answered ${status}: ${text}`);
    const answer = JSON.parse(text) as {
      phase: Told["phase"];
      seq: number;
      step_index: number;
      decision: { action: string };
    };
    const { input_tokens, output_tokens, cost_cents } = step.usage;
    const { phase, seq, step_index: stepIndex, decision } = answer;
    const amounts = { tokens: input_tokens + output_tokens, costUnits: Math.round(cost_cents * 10_000) };
    const told = { run: step.run, stepId: step.stepId, phase, seq, stepIndex, action: decision.action };
    this.#ledger.acknowledge({ ...told, ...amounts, answer: digest(text) }, { replayed, sentAt });
    return { action: decision.action, stepIndex };
  }

  /** Posts the same until it is answered by something other than "not now". */
  async #insist(post: Post): Promise<Reply> {
    for (let attempt = 1; attempt <= 2_000; attempt += 1) {
      this.#ledger.attempts += 1;
      const sentAt = performance.now();
      const reply = await this.#send(post).catch(() => null);
      const answeredAt = performance.now();
      if (reply !== null) this.#ledger.slowestMs = Math.max(this.#ledger.slowestMs, answeredAt - sentAt);
      if (reply !== null && (reply.status < 300 || reply.status === 409)) return reply;
      if (reply !== null) this.#ledger.outages.push({ sentAt, answeredAt, status: reply.status });
      if (reply !== null && reply.status !== 503)
        throw new Error(`${post.path} was answered ${reply.status}: ${reply.text}`);
      // Clients that hammer would take from the server the time it needs to come back.
      await sleep(50 + (attempt % 5) * 40);
    }
    throw new Error(`${post.path} was never answered`);
  }

  #send(post: Post): Promise<Reply> {
    const { port, key, timeoutMs } = this.#options;
    const body = JSON.stringify(post.body);
    const headers = {
      Authorization: `Bearer ${key}`,
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(body),
      ...(post.idempotencyKey === undefined ? {} : { "Idempotency-Key": post.idempotencyKey }),
    };
    const target = { host: "127.0.0.1", port: port(), path: `/api/v1/runs${post.path}`, method: "POST", headers };
    const flight: InFlight = { sentAt: performance.now(), outcome: "none" };
    this.inFlight.add(flight);
    return new Promise<Reply>((resolve, reject) => {
      const sent = request({ ...target, agent: this.#agent }, (answer) => {
        readReply(answer).then((reply) => resolve({ ...reply, sentAt: flight.sentAt }), reject);
      });
      sent.setTimeout(timeoutMs, () => sent.destroy(new Error("no answer in time")));
      sent.on("error", reject);
      sent.end(body);
    }).then(
      (reply) => this.#land(flight, "answered", reply),
      (error: unknown) => {
        this.#land(flight, "lost", null);
        throw error;
      },
    );
  }

  #land<T>(flight: InFlight, outcome: InFlight["outcome"], value: T): T {
    flight.outcome = outcome;
    this.inFlight.delete(flight);
    return value;
  }
}

type Usage = { input_tokens: number; output_tokens: number; cost_cents: number; duration_ms: number };
type Step = { run: string; stepId: string; usage: Usage; keyed: boolean };

function postOf(step: Step, path: string, body: object): Post {
  return step.keyed ? { path, body, idempotencyKey: `${path.split("/").at(-1)}-${step.stepId}` } : { path, body };
}

function usageOf(dice: Dice): Usage {
  const usage = {
    input_tokens: dice.below(900),
    output_tokens: dice.below(900),
    cost_cents: dice.below(30_000) / 10_000,
  };
  return { ...usage, duration_ms: dice.below(5_000) };
}

/** A version-4 UUID out of the dice. */
function uuidOf(dice: Dice): string {
  const hex = Array.from({ length: 32 }, () => dice.below(16).toString(16));
  hex[12] = "4";
  hex[16] = dice.pick(["8", "9", "a", "b"]);
  const text = hex.join("");
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`;
}

async function readReply(answer: IncomingMessage): Promise<Omit<Reply, "sentAt">> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  if (!answer.complete) throw new Error("half an answer");
  const replayed = answer.headers["idempotent-replayed"] === "true";
  return { status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8"), replayed };
}
