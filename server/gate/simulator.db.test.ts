// The simulator's runners before the real gate and PostgreSQL: 300 seeds, a dozen at once. Order is the database's to
// choose, so it is read off afterwards: by the seqs that were answered, the same posts delivered in order must be decided
// the same.

import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import { runs, steps, traceRecords } from "@/db/schema/activity";
import { limitCounters } from "@/db/schema/policies";
import { verifyRunById } from "@/server/activity/verify-run";
import { type Principal, systemPrincipal } from "@/server/platform/auth/principal";
import { asTenant } from "@/server/platform/db/tenant-db";
import { loadBook } from "@/server/policies/book";
import type { PolicyBook } from "@/server/policies/scopes";
import { redecide } from "./redecide";
import type { RecordRow, RunRow, StepRow } from "./rows";
import { stepSums, stepTotals } from "./testing/bookkeeping";
import { GateWorld } from "./testing/gate-world";
import { decisionText, SimulatedNetwork } from "./testing/simulated-network";
import { startedRun } from "./testing/simulated-run";
import { SimulatedStore } from "./testing/simulated-store";
import { bookOfSeed, idOf } from "./testing/simulated-tenant";
import { enter } from "./world";

const TENANTS = 12;
const SEEDS_EACH = 25;
const DELIVERIES = 40;

type Tenant = { gate: GateWorld; book: PolicyBook; system: Principal };
type Played = { network: SimulatedNetwork; run: RunRow; steps: StepRow[]; records: RecordRow[] };

const tenants: Tenant[] = [];
const played = new Map<Tenant, Played[]>();

async function tenantOf(number: number): Promise<Tenant> {
  const gate = await GateWorld.mint();
  const model = bookOfSeed(number * 7 + 3);
  for (const {
    policy_id: _id,
    version: _v,
    precedence_missing: _p,
    content_hash: _h,
    scopes: _s,
    ...rule
  } of model.rules) {
    const { metric = null, threshold, condition = null, ...rest } = rule;
    await gate.rule({
      ...rest,
      on_kill: "none",
      metric,
      condition,
      ...(threshold === undefined ? {} : { threshold: Number(threshold) }),
    });
  }
  // Windows are shared by runs that are played at once; every other tenant has them.
  for (const limit of number % 2 === 0 ? model.windows : []) {
    const { limit_category, limit_type, max_value, reset_period, window_seconds, enforcement } = limit;
    const period = limit_category === "RATE" ? { window_seconds, reset_period: null } : { reset_period };
    await gate.limit({ limit_category, limit_type, max_value: Number(max_value) * 4, enforcement, ...period });
  }
  const system = systemPrincipal(gate.tenant.tenantId, "test");
  return { gate, system, book: await asTenant(system, (db) => loadBook(db)) };
}

async function playSeed({ gate, system }: Tenant, seed: number): Promise<Played> {
  const { tenantId, keyPrincipal, principal } = gate.tenant;
  const runId = idOf(4, seed, 0);
  await gate.start({ run_id: runId, agent_id: "invoice-bot", model: "m", tags: { env: "prod" } });
  const network = new SimulatedNetwork(tenantId, { runId, seed, at: 0, runner: keyPrincipal, releaser: principal });
  await network.play(DELIVERIES);
  return asTenant(system, async (db) => {
    const run = (await db.first(runs, eq(runs.runId, runId))) as RunRow | null;
    if (run === null) throw new Error("the run is not there");
    return {
      network,
      run,
      steps: (await db.rows(steps, { where: eq(steps.runId, runId) })) as StepRow[],
      records: await db.rows(traceRecords, { where: eq(traceRecords.runId, runId), orderBy: [traceRecords.seq] }),
    };
  });
}

beforeAll(async () => {
  for (let number = 0; number < TENANTS; number += 1) tenants.push(await tenantOf(number));
  await Promise.all(
    tenants.map(async (tenant, number) => {
      const all: Played[] = [];
      for (let at = 0; at < SEEDS_EACH; at += 1) all.push(await playSeed(tenant, number * SEEDS_EACH + at));
      played.set(tenant, all);
    }),
  );
}, 300_000);

function everySeed(): { tenant: Tenant; one: Played }[] {
  return [...played].flatMap(([tenant, all]) => all.map((one) => ({ tenant, one })));
}

describe("A8: 300 seeds through the real gate and PostgreSQL", () => {
  test("copies of a post are told the same bytes, once decided, or why not", () => {
    const slugs = new Set<string>();
    for (const { one } of everySeed()) {
      const first = new Map<object, Buffer>();
      for (const { op, bytes, status, slug, replayed } of one.network.answers) {
        if (slug !== null) slugs.add(slug);
        expect(status, slug ?? "").toBeLessThan(500);
        if (op.item.kind !== "step" || bytes === null) continue;
        const { seq, decision } = JSON.parse(bytes.toString("utf8"));
        if (seq === null || (op.item.usage === null && decision.enforcement === "pause")) continue;
        const before = first.get(op);
        expect(before === undefined || before.equals(bytes), `run ${one.run.runId} seq ${seq}`).toBe(true);
        if (before === undefined) expect(replayed).toBe(false);
        first.set(op, bytes);
      }
    }
    const known = [
      "run-not-live",
      "run-paused",
      "step-out-of-order",
      "step-conflict",
      "steps-in-flight",
      "run-not-paused",
      "release-by-starter",
    ];
    expect([...slugs].filter((slug) => !known.includes(slug))).toEqual([]);
  });

  test("the books balance, the chain has no gap, and every run verifies and is decided again as it was", async () => {
    for (const { tenant, one } of everySeed()) {
      expect(stepTotals(one.run)).toEqual(stepSums(one.steps));
      expect(one.records.map((record) => record.seq)).toEqual(Array.from({ length: one.run.seq }, (_, at) => at + 1));
      await asTenant(tenant.system, async (db) => {
        expect(await verifyRunById(db, one.run.runId)).toMatchObject({ verified: true, reason: null });
        expect(await redecide(db, one.run.runId)).toMatchObject({ match: true, reason: null });
      });
    }
  });

  test("shared counters hold what their runs hold", async () => {
    for (const [tenant, all] of played) {
      const counters = await asTenant(tenant.system, (db) => db.rows(limitCounters));
      const held = { open: 0, presumed: 0 };
      for (const step of all.flatMap((one) => one.steps)) {
        for (const reservation of step.reservations ?? []) {
          if (reservation.sliding) continue;
          if (step.state === "open") held.open += reservation.amount;
          if (step.state === "lapsed" || step.state === "presumed") held.presumed += reservation.amount;
        }
      }
      expect(counters.reduce((sum, counter) => sum + counter.reserved, 0)).toBe(held.open);
      expect(counters.reduce((sum, counter) => sum + counter.presumed, 0)).toBe(held.presumed);
    }
  });

  test("without shared counters: the same posts in order are decided the same, record by record", () => {
    let compared = 0;
    for (const { tenant, one } of everySeed()) {
      if (tenant.book.windows.length > 0) continue;
      expect(inOrder(tenant, one), `run ${one.run.runId}`).toEqual(one.records.map(decisionText));
      compared += 1;
    }
    expect(compared).toBeGreaterThanOrEqual((TENANTS / 2) * SEEDS_EACH);
  });
});

/** What the records say when the pure gate is given the same posts one by one, in the order of their seqs. */
function inOrder({ gate, book }: Tenant, { run, records, network }: Played): string[] {
  const { tenantId, keyPrincipal } = gate.tenant;
  const store = new SimulatedStore(tenantId, book);
  const made = startedRun({
    tenantId,
    book,
    runId: run.runId,
    agentId: run.agentId,
    principal: keyPrincipal,
    at: run.startedAt,
  });
  store.add(made);
  const posts = network.bySeq();
  const acts = { release: network.acts("release"), end: [...network.acts("complete"), ...network.acts("cancel")] };
  for (const record of records) {
    const item =
      posts.get(record.seq) ??
      (record.kind === "release" || record.kind === "end" ? acts[record.kind].shift() : undefined);
    if (item === undefined) continue;
    const world = store.load([item], record.recordedAt);
    const { change } = store.decide(world, item);
    if (change !== null) enter(world, change);
    store.commit(world);
  }
  return (store.records.get(run.runId) ?? []).map(decisionText);
}
