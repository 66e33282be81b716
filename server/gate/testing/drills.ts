// Catastrophes under load, and the account afterwards. Every choice comes from the seed that the report names.

import { setTimeout as sleep } from "node:timers/promises";
import { diceOf } from "@/server/gate/testing/dice";
import { GateProcess } from "@/server/gate/testing/gate-process";
import { Ledger } from "@/server/gate/testing/ledger";
import { faultsOf } from "@/server/gate/testing/ledger-check";
import { LoadRunners } from "@/server/gate/testing/load-runner";
import { type MintedTenant, mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect } from "@/server/platform/db/testing/test-database";
import { policyClient } from "@/server/policies/testing/policy-client";

export type DrillOptions = { databaseUrl: string; seed: number; clients: number; runs: number; pauseMs: number };

export type DrillReport = {
  seed: number;
  /** What the database holds and what was acknowledged, where they differ. */
  faults: string[];
  acks: number;
  attempts: number;
  replays: number;
  slowestMs: number;
};

export type Drill = { gate: GateProcess; ledger: Ledger; runners: LoadRunners; tenant: MintedTenant; seed: number };

/** A load at least so long after each catastrophe that the next one meets it in full swing. */
const ACKS_BETWEEN = 150;
const PATIENCE_MS = 20_000;
const REQUEST_TIMEOUT_MS = 15_000;

/** Runs `disturb` while the load is on, then lets it finish and settles the account. */
export async function drill(options: DrillOptions, disturb: (drill: Drill) => Promise<void>): Promise<DrillReport> {
  const tenant = await mintTenant();
  await bindPolicies(tenant);
  const gate = await GateProcess.start(options.databaseUrl);
  const ledger = new Ledger();
  const load = { ...options, port: () => gate.port, key: tenant.key, timeoutMs: REQUEST_TIMEOUT_MS };
  const runners = new LoadRunners(load, ledger);
  try {
    await runners.start();
    await disturb({ gate, ledger, runners, tenant, seed: options.seed });
    await runners.finish();
  } catch (error) {
    throw new Error(`the drill broke off; the gate ${gate.isRunning ? "runs" : "had ended"} and said:\n${gate.said}`, {
      cause: error,
    });
  } finally {
    if (gate.isRunning) await gate.end("SIGKILL");
  }
  const faults = await faultsOf({ sql: inspect(), tenantId: tenant.tenantId, ledger });
  const { acks, attempts, replays, slowestMs } = ledger;
  return { seed: options.seed, faults, acks, attempts, replays, slowestMs: Math.round(slowestMs) };
}

/** A1: kills the gate's process without warning, again and again, and starts it again. */
export function killDrill(options: DrillOptions & { kills: number }): Promise<DrillReport> {
  const dice = diceOf(options.seed ^ 0x5eed);
  return drill(options, async ({ gate, ledger }) => {
    for (let kill = 0; kill < options.kills; kill += 1) {
      await untilAcked(ledger, ACKS_BETWEEN);
      await sleep(dice.below(200));
      await gate.end("SIGKILL");
      await gate.startAgain();
    }
    await untilAcked(ledger, ACKS_BETWEEN);
  });
}

export type Server = { crash(how: "immediate" | "kill"): Promise<void>; start(): Promise<void> };
export type OutageReport = DrillReport & { whileDown: Record<number, number>; recoveredInMs: number[] };

/** A2: crashes PostgreSQL under the gate, which must go on by itself when PostgreSQL is back. */
export async function postgresDrill(
  options: DrillOptions & { stops: number; downMs: number },
  server: Server,
): Promise<OutageReport> {
  const dice = diceOf(options.seed ^ 0xdb);
  const whileDown: Record<number, number> = {};
  const recoveredInMs: number[] = [];
  const report = await drill(options, async ({ gate, ledger }) => {
    for (let stop = 0; stop < options.stops; stop += 1) {
      await untilAcked(ledger, ACKS_BETWEEN);
      await sleep(dice.below(200));
      await server.crash(dice.oneIn(4) ? "kill" : "immediate");
      const downAt = performance.now();
      const early = ledger.outages.length;
      await sleep(options.downMs);
      await untilRefused(ledger, downAt);
      noteStatuses(whileDown, { ledger, early, downAt });
      await server.start();
      const upAt = performance.now();
      await untilAcked(ledger, 1);
      recoveredInMs.push(Math.round(ledger.firstAckAfter(upAt) - upAt));
      if (!gate.isRunning) throw new Error(`the gate ended by itself:\n${gate.said}`);
    }
    await untilAcked(ledger, ACKS_BETWEEN);
  });
  return { ...report, whileDown, recoveredInMs };
}

/** The gate tries for a while before it says no; what is asked during an outage is answered during it. */
async function untilRefused(ledger: Ledger, downAt: number): Promise<void> {
  const isRefused = () => ledger.outages.some((one) => one.sentAt > downAt);
  for (const until = performance.now() + PATIENCE_MS; !isRefused(); await sleep(10)) {
    if (performance.now() > until) throw new Error(`nothing was answered in ${PATIENCE_MS} ms without a database`);
  }
}

type Noted = { ledger: Ledger; early: number; downAt: number };

// Only what was asked after the crash was over: an answer to an older question may still have been on its way.
function noteStatuses(whileDown: Record<number, number>, { ledger, early, downAt }: Noted): void {
  const add = (status: number, n: number) => {
    if (n > 0) whileDown[status] = (whileDown[status] ?? 0) + n;
  };
  for (const one of ledger.outages.slice(early)) add(one.status, one.sentAt > downAt ? 1 : 0);
  add(200, ledger.acksSentAfter(downAt));
}

/** A3: terminates random backends of the gate, twenty a second. */
export async function terminationDrill(options: DrillOptions & { seconds: number }) {
  const dice = diceOf(options.seed ^ 0xdead);
  let terminated = 0;
  const report = await drill(options, async ({ gate, ledger }) => {
    await untilAcked(ledger, ACKS_BETWEEN);
    for (const until = performance.now() + options.seconds * 1_000; performance.now() < until; await sleep(50)) {
      const pids = await inspect()<{ pid: number }[]>`
        select pid from pg_stat_activity where datname = current_database() and application_name = 'holdpoint' order by pid`;
      if (pids.length === 0) continue;
      await inspect()`select pg_terminate_backend(${dice.pick(pids).pid})`;
      terminated += 1;
    }
    await untilAcked(ledger, ACKS_BETWEEN);
    if (!gate.isRunning) throw new Error("the gate ended by itself");
  });
  return { ...report, terminated };
}

/** F8: asks the gate to stop under load; whatever it had been sent is answered. */
export async function stopDrill(options: DrillOptions & { stops: number }) {
  const lost: number[] = [];
  const exits: { code: number | null; ms: number }[] = [];
  const dice = diceOf(options.seed ^ 0xf8);
  const report = await drill(options, async ({ gate, ledger, runners }) => {
    for (let stop = 0; stop < options.stops; stop += 1) {
      await untilAcked(ledger, ACKS_BETWEEN);
      await sleep(dice.below(200));
      const sent = [...runners.inFlight];
      const askedAt = performance.now();
      const { code } = await gate.end("SIGTERM");
      exits.push({ code, ms: Math.round(performance.now() - askedAt) });
      await sleep(50);
      lost.push(sent.filter((flight) => flight.outcome !== "answered").length);
      await gate.startAgain();
    }
    await untilAcked(ledger, ACKS_BETWEEN);
  });
  return { ...report, lost, exits };
}

export async function untilAcked(ledger: Ledger, more: number): Promise<void> {
  const wanted = ledger.acks + more;
  for (const until = performance.now() + PATIENCE_MS; ledger.acks < wanted; await sleep(5)) {
    if (ledger.contradictions.length > 0) throw new Error(ledger.contradictions[0]);
    if (performance.now() > until) throw new Error(`no ${more} acknowledgements in ${PATIENCE_MS} ms`);
  }
}

/** Counters that every step moves, a warning that some steps meet, and a stop for the bounded agent's runs. */
export async function bindPolicies({ principal }: MintedTenant): Promise<void> {
  const call = policyClient(principal);
  const budget = { limit_category: "BUDGET", reset_period: "monthly", max_value: 1_000_000_000 };
  const agents = { type: "agent", ids: ["steady-a"] };
  const bodies: [string, object][] = [
    ["/limits", { ...budget, name: "tokens of the tenant", limit_type: "TOKENS" }],
    ["/limits", { ...budget, name: "cost of the tenant", limit_type: "COST_CENTS" }],
    ["/limits", { ...budget, name: "steps of one agent", limit_type: "STEPS", scope: agents }],
    [
      "/rules",
      { name: "large step", rule_type: "token_limit", metric: "step.tokens", threshold: 1_500, enforcement: "warn" },
    ],
    [
      "/rules",
      {
        ...{
          name: "bounded runs",
          rule_type: "token_limit",
          metric: "run.tokens",
          threshold: 25_000,
          enforcement: "stop",
        },
        scope: { type: "agent", ids: ["bounded"] },
      },
    ],
  ];
  for (const [path, body] of bodies) {
    const answer = await call("POST", path, body);
    if (answer.status !== 201) throw new Error(`a policy of the drill was refused: ${JSON.stringify(answer.body)}`);
  }
}
