// One tenant of the gate as its runner and its owner see it: the runner's calls go through the front door with a key, the
// owner's through the whole router. Every run started here can be asked for its evidence at the end of a test.

import { v4 as uuidv4 } from "uuid";
import { expect } from "vitest";
import type { z } from "zod";
import { registry } from "@/server/endpoints";
import { bodyIn } from "@/server/evidence/record";
import { gateFetch } from "@/server/gate/front-door";
import { RunDetail, StartRunAnswer, StepAnswer } from "@/server/gate/wire";
import type { Principal } from "@/server/platform/auth/principal";
import { resolvePrincipal } from "@/server/platform/auth/resolve";
import { type MintedTenant, mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect } from "@/server/platform/db/testing/test-database";
import { routerOn } from "@/server/platform/http/mount";

export type Sent = { status: number; body: Record<string, unknown>; text: string; headers: Headers };
export type Usage = { input_tokens: number; output_tokens: number; cost_cents?: number; duration_ms: number };

const callers = new Map<string, Principal>();
const route = routerOn(registry, {
  resolvePrincipal: async (request) =>
    callers.get(request.headers.get("x-test-caller") ?? "") ?? (await resolvePrincipal(request)),
  takeRate: () => {},
});

/** Usage without a cost of its own costs nothing here: prices are another test's matter. */
export function used(output_tokens: number, more: Partial<Usage> = {}): Usage {
  return { input_tokens: 0, output_tokens, cost_cents: 0, duration_ms: 10, ...more };
}

export class GateWorld {
  /** Every run this world started. */
  readonly runs: { run_id: string; trace_id: string }[] = [];
  /** Answers the runner's calls; a test of several processes puts theirs here. */
  door: (request: Request) => Promise<Response> = gateFetch;
  private named = 1;

  private constructor(
    readonly tenant: MintedTenant,
    readonly key: string,
  ) {
    callers.set(tenant.userId, tenant.principal);
  }

  static async mint(settings: object = {}): Promise<GateWorld> {
    const tenant = await mintTenant({ settings });
    return new GateWorld(tenant, tenant.key);
  }

  /** A call of the runner, below /api/v1/runs. */
  async send(path: string, body?: object, headers: Record<string, string> = {}): Promise<Sent> {
    const request = new Request(`http://localhost/api/v1/runs${path}`, {
      headers: { authorization: `Bearer ${this.key}`, "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    });
    return read(await this.door(request));
  }

  /** A call of the tenant's owner (or of `caller`), below /api/v1. */
  async manage(method: string, path: string, body?: object, caller: Principal = this.tenant.principal): Promise<Sent> {
    const id = caller.kind === "user" ? caller.userId : caller.tenantId;
    callers.set(id, caller);
    const request = new Request(`http://localhost/api/v1${path}`, {
      method,
      headers: { "x-test-caller": id, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const response = await route(request);
    if (response === null) throw new Error(`nothing at ${path}`);
    return read(response);
  }

  /** A token limit of the run unless said otherwise; returns its id. */
  async rule(fields: object = {}): Promise<string> {
    const name = `rule ${this.named++}`;
    const body = { name, rule_type: "token_limit", metric: "run.tokens", enforcement: "stop", ...fields };
    const made = await this.manage("POST", "/policies/rules", body);
    expect(made.status, made.text).toBe(201);
    return String(made.body.policy_id);
  }

  /** A rule by condition; returns its id. */
  condition(condition: string, fields: object = {}): Promise<string> {
    return this.rule({ rule_type: "custom_rule", metric: null, condition, ...fields });
  }

  /** A daily token budget of the tenant unless said otherwise; returns its id. */
  async limit(fields: object = {}): Promise<string> {
    const name = `limit ${this.named++}`;
    const body = { name, limit_category: "BUDGET", limit_type: "TOKENS", reset_period: "daily", ...fields };
    const made = await this.manage("POST", "/policies/limits", body);
    expect(made.status, made.text).toBe(201);
    return String(made.body.limit_id);
  }

  async start(body: object = {}): Promise<z.output<typeof StartRunAnswer>> {
    const sent = await this.send("", { agent_id: "invoice-bot", ...body });
    // 200: the start was answered before, and its answer lost on the way.
    expect([200, 201], sent.text).toContain(sent.status);
    const answer = StartRunAnswer.parse(sent.body);
    this.runs.push({ run_id: answer.run_id, trace_id: answer.trace_id });
    return answer;
  }

  /** A start as a runner sends it that may be refused: again by its id while the gate says that it cannot decide now. */
  async tryStart(body: object = {}): Promise<Sent> {
    const whole = { run_id: uuidv4(), agent_id: "invoice-bot", ...body };
    for (;;) {
      const sent = await this.send("", whole);
      if (sent.status !== 503) return sent;
    }
  }

  step(run: { run_id: string }, body: object): Promise<Sent> {
    return this.send(`/${run.run_id}/steps`, { step_type: "llm_call", ...body });
  }

  /** Posts a step that is done; it must be decided. */
  async report(run: { run_id: string }, step: object, usage: Usage): Promise<StepAnswer> {
    return decided(await this.step(run, { ...step, status: "success", usage }));
  }

  /** Asks for a step; `tokens` is its estimate, none where null. It must be decided. */
  async admit(run: { run_id: string }, step: object, tokens: number | null = null): Promise<StepAnswer> {
    const estimate = tokens === null ? {} : { estimate: { output_tokens: tokens, cost_cents: 0 } };
    return decided(await this.step(run, { ...step, ...estimate }));
  }

  async result(run: { run_id: string }, index: number | null, usage: Usage, more: object = {}): Promise<StepAnswer> {
    return decided(await this.send(`/${run.run_id}/steps/${index}/result`, { status: "success", usage, ...more }));
  }

  async get(run: { run_id: string }): Promise<RunDetail> {
    const sent = await this.send(`/${run.run_id}`);
    expect(sent.status, sent.text).toBe(200);
    return RunDetail.parse(sent.body);
  }

  complete(run: { run_id: string }, body: object = { status: "succeeded" }): Promise<Sent> {
    return this.send(`/${run.run_id}/complete`, body);
  }

  /** Rows of a table of this tenant, past row security; `where` is text of this test's own. */
  /** Records come with the body that their canonical bytes hold. */
  async rows(table: string, where = "true"): Promise<Record<string, unknown>[]> {
    const text = `select * from ${table} t where t.tenant_id = $1 and (${where})`;
    const rows = await inspect().unsafe<Record<string, unknown>[]>(text, [this.tenant.tenantId]);
    return table === "trace_records" ? rows.map((row) => ({ ...row, body: bodyIn(row.canonical as Buffer) })) : rows;
  }

  async count(table: string, where = "true"): Promise<number> {
    return (await this.rows(table, where)).length;
  }

  /** Every run verifies, and each of its decisions is made again as it was. */
  async proveEvidence(): Promise<void> {
    for (const { run_id, trace_id } of this.runs) {
      const verified = await this.send(`/${run_id}/verify`);
      expect(verified.body, verified.text).toMatchObject({ verified: true, reason: null });
      const replayed = await this.manage("POST", `/traces/${trace_id}/replay`);
      expect(replayed.body.parity, replayed.text).toMatchObject({ match: true, reason: null });
    }
  }
}

export function decided(sent: Sent): StepAnswer {
  expect(sent.status, sent.text).toBe(200);
  return StepAnswer.parse(sent.body);
}

async function read(response: Response): Promise<Sent> {
  const text = await response.text();
  const body = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  return { status: response.status, body, text, headers: response.headers };
}

/** Looks every few milliseconds until it is so; fails after `ms`. */
export async function until(isSo: () => Promise<boolean>, ms = 10_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`it was not so after ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** All at once. */
export function together<T>(count: number, work: (i: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => work(i)));
}
