// npm run demo:agent: an agent that asks the gate before each of its steps and obeys. Its third step would need more
// tokens than the rule allows, so it is stopped there, before that step runs. Then its owner takes the evidence, and the
// stand-alone verifier judges it and a forged copy. Exit code 0 when all of that is what happened.

import { join } from "node:path";
import { parseArgs } from "node:util";
import { download, forge, judge, type Kept, type Source } from "@/scripts/demo-agent-evidence";
import { agentWork, type Tool } from "@/scripts/demo-agent-work";
import { checkRun, completeRun, postResult, postStep, startRun, verifyRun } from "@/server/gate/contract";
import type { StepAnswer } from "@/server/gate/wire";
import { getIncident } from "@/server/incidents/contract";
import { knownDemoAccess } from "@/server/platform/env/demo-access";
import { env } from "@/server/platform/env/env";
import { client } from "@/server/platform/http/client";
import { ProblemError } from "@/server/platform/http/problem";
import { createRule, getPolicy } from "@/server/policies/contract";

const AGENT = "demo-agent";
const LIMIT_TOKENS = 10_000;
/** A rule holds on every instance for runs that start a second later. */
const RULE_HOLDS_AFTER_MS = 1_100;
/** The public list price of the model it would use, in cents per million tokens. */
const PRICE = { model: "claude-sonnet-4", input: 300, output: 1_500 } as const;

const usage = `usage: npm run demo:agent -- [--url <address>] [--key <API key>] [--out <folder>]
  without them: HOLDPOINT_URL and HOLDPOINT_API_KEY, else this machine's server and the demo tenant's key; demo-output`;

class Unexpected extends Error {}
class UsageError extends Error {}

type Api = ReturnType<typeof client>;

const start = {
  agent_id: AGENT,
  goal: "Write a reminder for every overdue invoice",
  provider: "anthropic",
  model: PRICE.model,
  project: "demo",
  source: "agent",
} as const;

function say(label: string, text: string): void {
  console.info(`${label.padEnd(10)}${text}`);
}

function settings(): { url: string; key: string; folder: string } {
  const { values } = parseArguments();
  const url = values.url ?? process.env.HOLDPOINT_URL ?? `http://127.0.0.1:${env.PORT}`;
  const key = values.key ?? process.env.HOLDPOINT_API_KEY ?? env.BOOTSTRAP_API_KEY ?? knownDemoAccess()?.key;
  if (key === undefined) throw new UsageError("There is no API key: this data folder has no demo tenant.");
  if (!URL.canParse(url)) throw new UsageError(`${url} is no address.`);
  return { url: url.replace(/\/+$/, ""), key, folder: values.out ?? "demo-output" };
}

function parseArguments() {
  try {
    return parseArgs({ options: { url: { type: "string" }, key: { type: "string" }, out: { type: "string" } } });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Makes sure that some rule stops this agent at 10 000 tokens or fewer; says which. */
async function ensureRule(api: Api): Promise<void> {
  const { policy_snapshot: snapshot, refusal } = await api.call(checkRun, { body: start });
  if (refusal !== null) throw new Unexpected(`the run would not even start: ${refusal.detail}`);
  const held = snapshot?.limits.find(
    (one) => one.metric === "run.tokens" && one.enforcement === "stop" && one.limit <= LIMIT_TOKENS,
  );
  if (held !== undefined && held.source !== "default") {
    say("Rule", `run.tokens, stop at ${held.limit}: in force already`);
    return;
  }
  const rule = await api.call(createRule, {
    body: {
      name: `Token limit of ${AGENT}`,
      rule_type: "token_limit",
      metric: "run.tokens",
      threshold: LIMIT_TOKENS,
      enforcement: "stop",
      scope: { type: "agent", ids: [AGENT] },
    },
  });
  say("Rule", `"${rule.name}" was not there and is made now: run.tokens, stop at ${LIMIT_TOKENS}`);
  await new Promise((resolve) => setTimeout(resolve, RULE_HOLDS_AFTER_MS));
}

function costOf(tokens: { input: number; output: number }): number {
  const cents = (tokens.input * PRICE.input + tokens.output * PRICE.output) / 1_000_000;
  return Math.ceil(cents * 10_000) / 10_000;
}

/** Asks, and only on allow or warn does the work and says what it took. Null: the step was blocked and never ran. */
async function step(api: Api, run_id: string, { index, tool }: { index: number; tool: Tool }): Promise<StepAnswer> {
  const expected = tool.expects();
  const asked = await api.call(postStep, {
    params: { run_id },
    body: {
      step_index: index,
      step_type: tool.type,
      skill: tool.name,
      ...(tool.type === "llm_call" ? { model: PRICE.model } : {}),
      estimate: { input_tokens: expected.input, output_tokens: expected.output, cost_cents: costOf(expected) },
    },
  });
  const { decision } = asked;
  if (decision.action === "block") {
    say(
      `Step ${index}`,
      `${tool.name}: ${decision.enforcement} (asked for ${expected.input + expected.output} tokens)`,
    );
    return asked;
  }
  const began = Date.now();
  const took = tool.run();
  const settled = await api.call(postResult, {
    params: { run_id, step_index: index },
    body: {
      status: "success",
      usage: {
        input_tokens: took.input,
        output_tokens: took.output,
        cost_cents: costOf(took),
        duration_ms: Date.now() - began,
      },
      output: took.summary,
    },
  });
  say(`Step ${index}`, `${tool.name}: ${decision.action}, ${took.summary} (${settled.run.tokens_used} tokens so far)`);
  return settled;
}

async function explain(api: Api, run_id: string, { decision, incident_id }: StepAnswer): Promise<string> {
  say("\nStopped", `by ${decision.source} "${decision.policy_name}", before the step ran`);
  say("  why", decision.reason);
  say("  value", `${decision.actual_value}${decision.projected ? " (used so far and asked for now)" : ""}`);
  say("  limit", String(decision.threshold_value));
  if (decision.policy_id !== null) {
    const { entity } = await api.call(getPolicy, { params: { policy_id: decision.policy_id } });
    say("  set by", `${entity.updated_by} at ${entity.updated_at} (version ${entity.version})`);
  }
  if (incident_id === null) throw new Unexpected("the block opened no incident");
  const { entity: incident } = await api.call(getIncident, { params: { incident_id } });
  say("Incident", `${incident_id}: ${incident.severity}, ${incident.type}, ${incident.status}`);
  say("", `"${incident.title}", due ${incident.sla_due_at}`);
  await proveStop(api, run_id);
  const verification = await api.call(verifyRun, { params: { run_id } });
  if (!verification.verified) throw new Unexpected(`the run does not verify: ${verification.reason}`);
  say("Verify", `verified, ${verification.checked} records, ${verification.sealed ? "sealed" : "not sealed"}`);
  return incident_id;
}

/** Whoever goes on all the same is refused. */
async function proveStop(api: Api, run_id: string): Promise<void> {
  const attempts = [
    () => api.call(postStep, { params: { run_id }, body: { step_index: 4, step_type: "output" } }),
    () => api.call(completeRun, { params: { run_id }, body: { status: "succeeded" } }),
  ];
  for (const attempt of attempts) {
    const answer = await attempt().catch((error: unknown) => error);
    if (!(answer instanceof ProblemError) || answer.slug !== "run-not-live") {
      throw new Unexpected("the stopped run took another post");
    }
  }
  say("Proof", "a fourth step and a completion were refused: 409 run-not-live");
}

/** Three documents, the bundle, and what the verifier says of them; then of forged copies. */
async function leaveEvidence(source: Source, kept: Kept, folder: string): Promise<void> {
  const bundles = await download(source, kept, folder);
  for (const { file, exitCode, says } of judge(folder, [...bundles.keys(), ...forge(folder)])) {
    const bundle = bundles.get(file);
    if (exitCode !== (bundle === undefined ? 1 : 0))
      throw new Unexpected(`the verifier ended with ${exitCode}:\n${says}`);
    const failure = /^ *FAIL +(.*?) {2,}/m.exec(says)?.[1];
    const verdict = bundle === undefined ? `refused: not so: ${failure}` : `${bundle}, verified`;
    say(bundle === undefined ? "Forged" : "Evidence", `${join(folder, file)}: ${verdict}`);
  }
  say("Verdict", join(folder, "verdict.txt"));
}

/** Gives what of it is kept. Throws Unexpected when the run is not stopped at step 3. */
async function run(api: Api): Promise<Kept> {
  await ensureRule(api);
  const { run_id, policy_snapshot, receipt } = await api.call(startRun, { body: start });
  say(
    "Run",
    `${run_id}, ${policy_snapshot.policy_count} rules frozen as ${policy_snapshot.content_hash.slice(0, 19)}…`,
  );
  using work = agentWork();
  for (const [at, tool] of work.tools.entries()) {
    const answer = await step(api, run_id, { index: at + 1, tool });
    if (answer.decision.action !== "block") continue;
    const { status, stopped_at_step } = answer.run;
    if (status !== "failed_policy" || stopped_at_step !== 3) {
      throw new Unexpected(`step ${at + 1} was blocked (${answer.decision.reason}), and the run is ${status}`);
    }
    const incident_id = await explain(api, run_id, answer);
    return { incident_id, receipts: [receipt, ...(answer.receipt === undefined ? [] : [answer.receipt])] };
  }
  throw new Unexpected("nothing stopped the run");
}

async function main(): Promise<void> {
  try {
    const { url, key, folder } = settings();
    say("Gate", url);
    const api = client({ origin: url, headers: { authorization: `Bearer ${key}` } });
    await leaveEvidence({ api, url, key }, await run(api), folder);
  } catch (error) {
    process.exitCode = error instanceof UsageError ? 2 : 1;
    console.error(failureText(error));
  }
}

function failureText(error: unknown): string {
  if (error instanceof UsageError) return `${error.message}\n\n${usage}`;
  if (error instanceof Unexpected) return `Not as expected: ${error.message}`;
  if (error instanceof ProblemError) return `The gate answered ${error.status} ${error.slug}: ${error.message}`;
  if (error instanceof TypeError && error.cause !== undefined) return "Nothing answers there: is `npm start` running?";
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

await main();
