// A9: every statement on the way of a post fails once, by an error of the server and by the loss of its connection. After
// each, everything the post brings about is there, or nothing of it; and posted again it is there once.

import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { GateWorld, type Sent, used } from "@/server/gate/testing/gate-world";
import { type Digest, digestOf, gained } from "@/server/gate/testing/tenant-digest";
import { watchStatements } from "@/server/platform/db/connection";
import { inspect } from "@/server/platform/db/testing/test-database";
import { once } from "@/server/platform/env/once";

const uncaught: unknown[] = [];
process.on("unhandledRejection", (error) => uncaught.push(error));
process.on("uncaughtException", (error) => uncaught.push(error));
afterAll(() => expect(uncaught).toEqual([]));

type Run = { run_id: string };
/** `prepare` leaves the tenant where the post under test comes; what it returns is that post, to be sent again and again. */
type Scenario = {
  name: string;
  /** The first answer; `again` when the same post is answered otherwise. */
  status: number;
  again?: number;
  /** Posted again it decides again, and says so again. */
  decidesAgain?: true;
  /** With nothing in memory of keys, policies and snapshots, so that they are read as well. */
  cold?: true;
  policies(world: GateWorld): Promise<unknown>;
  prepare(world: GateWorld, agent: string): Promise<() => Promise<Sent>>;
};

const report = (world: GateWorld, run: Run, index: number, tokens: number) => () =>
  world.step(run, { step_index: index, status: "success", usage: used(tokens), input: { n: index } });

const agents = Array.from({ length: 102 }, (_, i) => `agent-${i}`);

async function after50(world: GateWorld, agent: string): Promise<Run> {
  const run = await world.start({ agent_id: agent });
  await world.report(run, { step_index: 1 }, used(50));
  return run;
}

const scenarios: Scenario[] = [
  {
    name: "start",
    cold: true,
    status: 201,
    again: 200,
    policies: (world) => world.rule({ threshold: 100 }),
    async prepare(world, agent) {
      const body = { agent_id: agent, run_id: randomUUID(), tags: { env: "test" } };
      return () => world.send("", body);
    },
  },
  {
    name: "allow",
    cold: true,
    status: 200,
    policies: (world) => Promise.all([world.rule({ threshold: 1_000 }), world.limit({ max_value: 1_000_000 })]),
    prepare: async (world, agent) => report(world, await after50(world, agent), 2, 20),
  },
  {
    name: "admission",
    status: 200,
    policies: (world) => world.limit({ max_value: 1_000_000 }),
    async prepare(world, agent) {
      const run = await after50(world, agent);
      return () => world.step(run, { step_index: 2, estimate: { output_tokens: 30, cost_cents: 0 } });
    },
  },
  {
    name: "warn",
    status: 200,
    policies: (world) => world.rule({ threshold: 60, enforcement: "warn" }),
    prepare: async (world, agent) => report(world, await after50(world, agent), 2, 20),
  },
  {
    name: "pause",
    status: 200,
    policies: (world) => world.rule({ threshold: 60, enforcement: "pause" }),
    prepare: async (world, agent) => report(world, await after50(world, agent), 2, 20),
  },
  {
    name: "stop",
    status: 200,
    policies: (world) => Promise.all([world.rule({ threshold: 60 }), world.limit({ max_value: 1_000_000 })]),
    async prepare(world, agent) {
      const run = await after50(world, agent);
      await world.admit(run, { step_index: 2 }, 5);
      return report(world, run, 3, 20);
    },
  },
  {
    name: "kill with a freeze",
    status: 200,
    policies: (world) => world.rule({ threshold: 60, enforcement: "kill", on_kill: "freeze_agent" }),
    prepare: async (world, agent) => report(world, await after50(world, agent), 2, 20),
  },
  {
    name: "refuse",
    status: 200,
    decidesAgain: true,
    policies: (world) => world.limit({ limit_type: "TOKENS", max_value: 60, scope: { type: "agent", ids: agents } }),
    async prepare(world, agent) {
      const run = await after50(world, agent);
      return () => world.step(run, { step_index: 2, estimate: { output_tokens: 30, cost_cents: 0 } });
    },
  },
  {
    name: "late",
    status: 200,
    policies: (world) => world.limit({ max_value: 1_000_000 }),
    async prepare(world, agent) {
      const run = await after50(world, agent);
      const { step_index } = await world.admit(run, { step_index: 2 }, 30);
      await world.send(`/${run.run_id}/complete`, { status: "succeeded", abandon: true });
      return () => world.send(`/${run.run_id}/steps/${step_index}/result`, { status: "success", usage: used(25) });
    },
  },
  {
    name: "after the end",
    status: 409,
    policies: (world) => world.rule({ threshold: 1_000 }),
    async prepare(world, agent) {
      const run = await after50(world, agent);
      await world.send(`/${run.run_id}/complete`, { status: "succeeded" });
      return report(world, run, 2, 20);
    },
  },
  {
    name: "complete",
    status: 200,
    policies: (world) => world.rule({ threshold: 1_000 }),
    async prepare(world, agent) {
      const run = await after50(world, agent);
      return () =>
        world.send(`/${run.run_id}/complete`, { status: "failed", error: { code: "E1", message: "broken" } });
    },
  },
];

function forgetAll(): void {
  for (const name of ["gate-keys", "gate-books", "gate-plans", "gate-governances"]) {
    once(name, () => new Map<string, unknown>()).clear();
  }
}

/** Lets statement number `nth` meet its fate; gives the answer and whether there were so many. */
async function disturbed(nth: number, fate: "fail" | "cut", post: () => Promise<Sent>) {
  let seen = 0;
  const texts: string[] = [];
  const watched = watchStatements((passing) => {
    seen += 1;
    if (seen === nth) {
      texts.push(passing.text);
      passing[fate]();
    }
  });
  const sent = await post();
  watched.restore();
  return { sent, text: texts[0] ?? null };
}

/** What the run and the counters come to, without what differs from run to run. */
async function sumsOf(world: GateWorld, agent: string): Promise<object> {
  const [run] = await inspect()<object[]>`
    select status, termination_reason, stopped_at_step, seq, last_step_index, steps_completed, input_tokens, output_tokens,
      cost_units, open_steps, reserved_output_tokens, presumed_output_tokens, late_records
    from runs where tenant_id = ${world.tenant.tenantId} and agent_id = ${agent}`;
  const steps = await inspect()<object[]>`
    select s.step_index, s.state, s.action, s.is_inflection, s.admitted_seq, s.result_seq
    from steps s join runs r using (tenant_id, run_id) where r.tenant_id = ${world.tenant.tenantId} and r.agent_id = ${agent}
    order by 1`;
  return { run, steps };
}

async function countersOf(world: GateWorld): Promise<{ used: number; reserved: number; presumed: number }> {
  const [row] = await inspect()<{ used: number; reserved: number; presumed: number }[]>`
    select coalesce(sum(used), 0)::int as used, coalesce(sum(reserved), 0)::int as reserved,
      coalesce(sum(presumed), 0)::int as presumed from limit_counters where tenant_id = ${world.tenant.tenantId}`;
  return row ?? { used: 0, reserved: 0, presumed: 0 };
}

async function state(world: GateWorld): Promise<{ digest: Digest; counters: Awaited<ReturnType<typeof countersOf>> }> {
  return { digest: await digestOf(world.tenant.tenantId), counters: await countersOf(world) };
}

type State = Awaited<ReturnType<typeof state>>;

function difference(before: State, after: State): object {
  const { used: u, reserved, presumed } = after.counters;
  return {
    rows: gained(before.digest, after.digest),
    counters: [u - before.counters.used, reserved - before.counters.reserved, presumed - before.counters.presumed],
  };
}

describe.each(scenarios)("A9: $name", ({ status, again = status, policies, prepare, ...how }) => {
  test.each(["fail", "cut"] as const)(
    "each statement once (%s): all or nothing, and once in the end",
    async (fate) => {
      const world = await GateWorld.mint();
      await policies(world);
      const act = async (agent: string, nth: number) => {
        const post = await prepare(world, agent);
        const before = await state(world);
        if (how.cold) forgetAll();
        const met = await disturbed(nth, fate, post);
        return { post, before, met, after: await state(world), sums: await sumsOf(world, agent) };
      };
      await act("agent-100", 0);
      const whole = await act("agent-101", 0);
      expect(whole.met.sent.status, whole.met.sent.text).toBe(status);
      const wanted = difference(whole.before, whole.after);
      expect(wanted).not.toEqual({ rows: {}, counters: [0, 0, 0] });
      let nth = 1;
      for (; nth < 100; nth += 1) {
        const agent = agents[nth] ?? "";
        const one = await act(agent, nth);
        if (one.met.text === null) break;
        const about = `statement ${nth}: ${one.met.text}`;
        const { sent } = one.met;
        if (sent.status >= 500) expect(one.after.digest, about).toEqual(one.before.digest);
        else {
          expect([status, again], `${about}: ${sent.text}`).toContain(sent.status);
          expect(difference(one.before, one.after), about).toEqual(wanted);
        }
        if (how.decidesAgain && sent.status === status) continue;
        const repeated = await one.post();
        expect([status, again], `${about}, again: ${repeated.text}`).toContain(repeated.status);
        expect(difference(one.before, await state(world)), `${about}, again`).toEqual(wanted);
        expect(await sumsOf(world, agent), `${about}, again`).toEqual(whole.sums);
      }
      expect(nth).toBeGreaterThan(6);
      expect(nth).toBeLessThan(100);
    },
    60_000,
  );
});
