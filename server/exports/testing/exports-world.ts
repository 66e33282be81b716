// A tenant in which the gate stopped a run, and who may export what came of it.

import { setTimeout as sleep } from "node:timers/promises";
import { v7 as uuidv7 } from "uuid";
import {
  answerOf,
  type Headers,
  host,
  type KeySeat,
  newKey,
  newSeat,
  newTenant,
  type Seat,
  send,
  sent,
} from "@/server/testing/callers";

export type ExportsWorld = {
  tenantId: string;
  key: KeySeat;
  owner: Seat;
  admin: Seat;
  member: Seat;
  auditor: Seat;
  runId: string;
  incidentId: string;
};

/** `words` stands in every text that a client may choose; `steps` run before the one that breaks the limit. */
export async function makeExportsWorld({ words = "plain", steps = 2 } = {}): Promise<ExportsWorld> {
  const tenantId = await newTenant(`exports-${uuidv7().slice(-6)}`);
  const key = await newKey(tenantId, { name: words });
  const seat = (role: "owner" | "admin" | "member" | "auditor") => newSeat(tenantId, role, `${words} ${role}`);
  const seats = { owner: await seat("owner"), admin: await seat("admin"), member: await seat("member") };
  const auditor = await seat("auditor");
  const rule = { name: `${words} limit`, description: words, rule_type: "token_limit", metric: "run.tokens" };
  await sent(key.headers, "/policies/rules", { body: { ...rule, threshold: steps * 100 + 50, enforcement: "stop" } });
  // A change of the rules holds for runs that start a second later.
  await sleep(1_100);
  const { runId, incidentId } = await stoppedRun(key, { words, steps });
  return { tenantId, key, ...seats, auditor, runId, incidentId };
}

export async function stoppedRun(
  key: KeySeat,
  { words, steps }: { words: string; steps: number },
): Promise<{ runId: string; incidentId: string }> {
  const run_id = uuidv7();
  const run = { run_id, agent_id: "invoice-bot", goal: words, project: words, tags: { note: words } };
  await sent(key.headers, "/runs", { body: { ...run, actor: { type: "human", id: words } } });
  let incidentId: unknown;
  for (let step_index = 1; step_index <= steps + 1; step_index += 1) {
    const usage = { input_tokens: 60, output_tokens: 40, cost_cents: 0.25, duration_ms: 12 };
    const told = await sent(key.headers, `/runs/${run_id}/steps`, {
      body: {
        ...{ step_index, step_type: "llm_call", skill: words, model: words, status: "success", usage },
        ...(step_index === 1 ? { input: { said: words }, output: { said: words } } : {}),
      },
    });
    incidentId = told.incident_id;
  }
  if (typeof incidentId !== "string") throw new Error("the gate opened no incident");
  return { runId: run_id, incidentId };
}

export type Asked = { status: number; headers: globalThis.Headers; body: Record<string, unknown> };

type Call = { body?: object; headers?: Record<string, string> };

/** `kind` is the last part of the address. */
export async function ask(
  who: { headers: Headers },
  incidentId: string,
  kind: string,
  call: Call = {},
): Promise<Asked> {
  const response = await answerOf(
    new Request(`${host}/api/v1/incidents/${incidentId}/export/${kind}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...who.headers, ...call.headers },
      body: JSON.stringify(call.body ?? {}),
    }),
  );
  return { status: response.status, headers: response.headers, body: await response.json() };
}

export type File = { status: number; headers: globalThis.Headers; bytes: Buffer };

export async function download(who: { headers: Headers }, bundleId: unknown, method = "GET"): Promise<File> {
  const request = new Request(`${host}/api/v1/exports/${bundleId}/download`, { method, headers: { ...who.headers } });
  const response = await answerOf(request);
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
}

/** Asks for a small bundle and takes it when it is there: on a busy machine a document may be later than its answer. */
export async function exported(
  who: { headers: Headers },
  incidentId: string,
  kind: string,
  body: object,
): Promise<File> {
  const asked = await ask(who, incidentId, kind, { body });
  if (asked.status > 202) throw new Error(`${kind} answered ${asked.status}: ${JSON.stringify(asked.body)}`);
  const { status, failure } = await whenOver(who, asked.body.bundle_id);
  if (status !== "ready") throw new Error(`${kind}: ${failure}`);
  return download(who, asked.body.bundle_id);
}

export type Detail = {
  status: string;
  progress: number;
  stage: string | null;
  failure: string | null;
  attempts: number;
  file_hash: string | null;
  compliance_period_start: string | null;
};

export async function detailOf(who: { headers: Headers }, bundleId: unknown): Promise<Detail> {
  const { body } = await send(who.headers, `/exports/${bundleId}`);
  return (body as { entity: Detail }).entity;
}

export function whenOver(who: { headers: Headers }, bundleId: unknown): Promise<Detail> {
  return until(
    () => detailOf(who, bundleId),
    ({ status }) => status !== "generating",
  );
}

export async function until<T>(look: () => Promise<T>, isIt: (seen: T) => boolean): Promise<T> {
  for (const end = Date.now() + 50_000; ; ) {
    const now = await look();
    if (isIt(now)) return now;
    if (Date.now() > end) throw new Error(`it never came: ${JSON.stringify(now)}`);
    await sleep(50);
  }
}

/** What the verifying operation says of a file. */
export async function verdictOf(who: { headers: Headers }, bytes: Uint8Array): Promise<Asked> {
  const request = new Request(`${host}/api/v1/exports/verify`, {
    method: "POST",
    headers: { "content-type": "application/octet-stream", ...who.headers },
    body: new Uint8Array(bytes),
  });
  const response = await answerOf(request);
  return { status: response.status, headers: response.headers, body: await response.json() };
}
