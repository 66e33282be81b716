// Jobs on a real queue: there exactly when the deed is, tried again when they fail or their process dies, told when they
// are given up, always within the tenant that asked.

import { spawn } from "node:child_process";
import { once as event } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { asTenant } from "@/server/platform/db/tenant-db";
import { type MintedTenant, mintTenant } from "@/server/platform/db/testing/mint-tenant";
import { inspect, testDatabase } from "@/server/platform/db/testing/test-database";
import { Uuid } from "@/server/platform/http/contract";
import { type AnyJob, defineJob } from "@/server/platform/jobs/define-job";
import { enqueue } from "@/server/platform/jobs/enqueue";
import { startJobs } from "@/server/platform/jobs/start-jobs";

const started: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((jobs) => jobs.stop()));
});

async function run(...jobs: AnyJob[]): Promise<void> {
  started.push(await startJobs(jobs));
}

const payload = z.strictObject({ tenant_id: Uuid, thing_id: z.string() });
type Ids = z.output<typeof payload>;

async function until(holds: () => boolean | Promise<boolean>, mostMs = 30_000): Promise<void> {
  const start = performance.now();
  while (!(await holds())) {
    if (performance.now() - start > mostMs) throw new Error("it did not come about");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const requested = async (job: string) =>
  (await inspect()<{ n: number }[]>`select count(*)::int as n from job_requests where job = ${job}`)[0]?.n;

function asked(tenant: MintedTenant, job: Parameters<typeof enqueue<Ids>>[1], thing: string) {
  return asTenant(tenant.principal, (db) => enqueue(db, job, { tenant_id: tenant.tenantId, thing_id: thing }));
}

describe("a job", () => {
  it("is there exactly when the transaction that asks for it commits, and runs once", async () => {
    const tenant = await mintTenant();
    const ran: string[] = [];
    const job = defineJob("test.once", { payload, handler: async (ids) => void ran.push(ids.thing_id) });
    await asked(tenant, job, "kept");
    const torn = asTenant(tenant.principal, async (db) => {
      await enqueue(db, job, { tenant_id: tenant.tenantId, thing_id: "torn" });
      throw new Error("torn");
    });
    await expect(torn).rejects.toThrow("torn");
    await run(job);
    // Two processes look.
    await run(job);
    await until(async () => (await requested("test.once")) === 0);
    for (let n = 0; n < 50; n += 1) await asked(tenant, job, `more ${n}`);
    await until(async () => (await requested("test.once")) === 0);
    expect(ran.sort()).toEqual(["kept", ...Array.from({ length: 50 }, (_, n) => `more ${n}`)].sort());
  });

  it("enters its own tenant again, and sees nothing of another", async () => {
    const [one, other] = [await mintTenant(), await mintTenant()];
    const seen: string[] = [];
    const job = defineJob("test.tenant", {
      payload,
      async handler(ids, { principal }) {
        const keys = await asTenant(principal, (db) => db.sql`select id from api_keys where ${db.mine()}`);
        seen.push(`${ids.tenant_id} ${keys.map(({ id }) => id)}`);
      },
    });
    await asked(one, job, "a");
    await asked(other, job, "b");
    await run(job);
    await until(() => seen.length === 2);
    expect(seen.sort()).toEqual([`${one.tenantId} ${one.keyId}`, `${other.tenantId} ${other.keyId}`].sort());
  });

  it("cannot be asked for in another tenant's name", async () => {
    const [one, other] = [await mintTenant(), await mintTenant()];
    const job = defineJob("test.foreign", { payload, handler: async () => {} });
    const asking = asTenant(one.principal, (db) => enqueue(db, job, { tenant_id: other.tenantId, thing_id: "x" }));
    await expect(asking).rejects.toThrow(/tenant/);
    const reading = asTenant(one.principal, (db) => db.sql`select * from job_requests where ${db.mine()}`);
    await expect(reading).rejects.toMatchObject({ code: "42501" });
    await run(job);
    const queue = asTenant(one.principal, (db) => db.sql`select 1 from pgboss.job where ${db.mine()}`);
    await expect(queue).rejects.toMatchObject({ code: "42501" });
  });

  it("that comes one per tenant lets others in between, however many one tenant asked for before them", async () => {
    const [loud, quiet] = [await mintTenant(), await mintTenant()];
    const ran: string[] = [];
    let [running, most] = [0, 0];
    const job = defineJob("test.turns", {
      payload,
      isOnePerTenant: true,
      async handler(ids) {
        if (ids.tenant_id === loud.tenantId) running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 50));
        if (ids.tenant_id === loud.tenantId) running -= 1;
        ran.push(ids.thing_id);
      },
    });
    for (let n = 1; n <= 4; n += 1) await asked(loud, job, `loud ${n}`);
    await asked(quiet, job, "quiet");
    await run(job);
    await run(job);
    await until(async () => (await requested("test.turns")) === 0);
    expect(most).toBe(1);
    expect(ran.filter((thing) => thing !== "quiet")).toEqual(["loud 1", "loud 2", "loud 3", "loud 4"]);
    expect(ran.indexOf("quiet")).toBeLessThan(2);
  });

  it("that comes one per tenant and failed keeps the tenant's others back no longer than its try took", async () => {
    const tenant = await mintTenant();
    const ran: string[] = [];
    const job = defineJob("test.stuck", {
      payload,
      ...{ isOnePerTenant: true, firstRetryS: 60 },
      async handler(ids) {
        if (ids.thing_id === "bad") throw new Error("it cannot be done");
        ran.push(ids.thing_id);
      },
    });
    await asked(tenant, job, "bad");
    await asked(tenant, job, "good");
    await run(job);
    await until(async () => (await requested("test.stuck")) === 1);
    expect(ran).toEqual(["good"]);
  });

  it("that fails is tried again, later each time", async () => {
    const tenant = await mintTenant();
    const at: number[] = [];
    const job = defineJob("test.retry", {
      payload,
      firstRetryS: 1,
      async handler() {
        at.push(performance.now());
        if (at.length < 3) throw new Error("not yet");
      },
    });
    await asked(tenant, job, "x");
    await run(job);
    await until(async () => (await requested("test.retry")) === 0);
    expect(at).toHaveLength(3);
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThan(900);
    expect((at[2] ?? 0) - (at[1] ?? 0)).toBeGreaterThan(1_900);
  });

  it("that fails for the last time is buried: whoever waits for it is told, and nobody tries again", async () => {
    const tenant = await mintTenant();
    const told: string[] = [];
    let tries = 0;
    const job = defineJob("test.dead", {
      payload,
      ...{ retries: 1, firstRetryS: 1 },
      async handler() {
        tries += 1;
        throw new Error("a tenant's words");
      },
      buried: async (ids, { principal }) => void told.push(`${ids.thing_id} of ${principal.tenantId}`),
    });
    await asked(tenant, job, "x");
    await run(job);
    await until(async () => (await requested("test.dead")) === 0);
    expect(tries).toBe(2);
    expect(told).toEqual([`x of ${tenant.tenantId}`]);
    const kept = await inspect()`select output::text as output from pgboss.job where name = 'test.dead'`;
    expect(kept[0]?.output).not.toContain("words");
  });

  it("that takes too long is given up and told so", async () => {
    const tenant = await mintTenant();
    const ends: unknown[] = [];
    const job = defineJob("test.slow", {
      payload,
      ...{ retries: 0, mostMs: 200 },
      handler: (_, { signal }) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => resolve(void ends.push(signal.reason)));
        }),
      buried: async () => void ends.push("buried"),
    });
    await asked(tenant, job, "x");
    await run(job);
    await until(() => ends.includes("buried"));
    expect(String(ends[0])).toMatch(/longer than 200 ms/);
  });
});

/** A process of its own that takes a job and hangs in it; resolves when it does. */
async function processThatHangs(): Promise<{ pid: number; gone: Promise<unknown> }> {
  const { url, migrationUrl } = testDatabase();
  const child = spawn(process.execPath, ["scripts/run-ts.mjs", "server/platform/jobs/testing/job-process.ts"], {
    env: { ...process.env, DATABASE_URL: url, DATABASE_MIGRATION_URL: migrationUrl },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await event(child.stdout, "data");
  return { pid: z.object({ pid: z.int() }).parse(JSON.parse(String(line))).pid, gone: event(child, "exit") };
}

describe("a process that is gone", () => {
  it("leaves the job that it was killed in to be tried again, when its lease has run out and not before", async () => {
    const tenant = await mintTenant();
    const ran: string[] = [];
    const job = defineJob("test.hanging", { payload, handler: async (ids) => void ran.push(ids.thing_id) });
    await asked(tenant, job, "x");
    const hanging = await processThatHangs();
    process.kill(hanging.pid, "SIGKILL");
    await hanging.gone;
    await run(job);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(ran).toEqual([]);
    await inspect()`update pgboss.job set started_on = started_on - interval '30 s' where name = 'test.hanging'`;
    await until(async () => (await requested("test.hanging")) === 0);
    expect(ran).toEqual(["x"]);
  });

  it("is survived by what is requested, even when the whole queue is lost", async () => {
    const tenant = await mintTenant();
    const ran: string[] = [];
    const job = defineJob("test.lost", { payload, handler: async (ids) => void ran.push(ids.thing_id) });
    await run(job);
    await started.splice(0)[0]?.stop();
    await asked(tenant, job, "x");
    await inspect()`drop schema pgboss cascade`;
    await run(job);
    await until(async () => (await requested("test.lost")) === 0);
    expect(ran).toEqual(["x"]);
  });

  it("that is stopped in order gives up what runs, and it is tried again elsewhere", async () => {
    const tenant = await mintTenant();
    let tries = 0;
    const job = defineJob("test.stopped", {
      payload,
      firstRetryS: 1,
      handler: (_, { signal }) => {
        tries += 1;
        if (tries > 1) return Promise.resolve();
        return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      },
    });
    await asked(tenant, job, "x");
    await run(job);
    await until(() => tries === 1);
    await started.splice(0)[0]?.stop();
    expect(await requested("test.stopped")).toBe(1);
    await run(job);
    await until(async () => (await requested("test.stopped")) === 0);
    expect(tries).toBe(2);
  });
});
