// Bundles that are too large to wait for, and makers that die.

import { type ChildProcess, execFile, fork } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { makeAtOnce } from "@/server/exports/make-at-once";
import { makeBundleJob } from "@/server/exports/make-bundle-job";
import {
  type Asked,
  ask,
  detailOf,
  download,
  type ExportsWorld,
  makeExportsWorld,
  until,
  verdictOf,
  whenOver,
} from "@/server/exports/testing/exports-world";
import { systemPrincipal } from "@/server/platform/auth/principal";
import { inspect } from "@/server/platform/db/testing/test-database";
import { startJobs } from "@/server/platform/jobs/start-jobs";
import { send } from "@/server/testing/callers";
import { sequenceNow } from "@/server/transparency/sequencer";
import { asIntruder } from "@/server/transparency/testing/log-world";

let large: ExportsWorld;
const children: ChildProcess[] = [];
const running: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  large = await makeExportsWorld({ steps: 210 });
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const jobs of running.splice(0)) await jobs.stop();
});

async function askLarge(format: string): Promise<string> {
  const asked = await ask(large.member, large.incidentId, "evidence", { body: { format } });
  expect([asked.status, asked.body.status, asked.body.download_url, asked.body.content_hash]).toEqual([
    ...[202, "generating", null, null],
  ]);
  return String(asked.body.bundle_id);
}

describe("a large bundle", () => {
  it("is made by a job, which tells how far it is; until then there is nothing to take or to review", async () => {
    const bundleId = await askLarge("json");
    const early = await download(large.member, bundleId);
    expect([early.status, early.headers.get("retry-after")]).toEqual([409, "2"]);
    expect(JSON.parse(early.bytes.toString())).toMatchObject({ type: expect.stringMatching(/export-not-ready$/) });
    const review = await send(large.admin.headers, `/exports/${bundleId}/review`, { body: { verdict: "reviewed" } });
    expect(review.status).toBe(409);
    running.push(await startJobs([makeBundleJob]));
    expect(await whenOver(large.auditor, bundleId)).toMatchObject({
      status: "ready",
      progress: 100,
      stage: null,
      attempts: 1,
    });
    const file = await download(large.member, bundleId);
    expect(JSON.parse(file.bytes.toString("utf8")).records).toHaveLength(213);
    expect((await verdictOf(large.member, file.bytes)).body).toMatchObject({ verified: true, signer: "trusted" });
    const events = await inspect()`
      select topic, payload ->> 'stage' as stage from outbox where entity_id = ${bundleId} order by recorded_at, id`;
    const topics = events.map(({ topic }) => topic);
    expect([topics[0], topics.at(-1), topics.includes("export.progress")]).toEqual([
      "export.created",
      "export.ready",
      true,
    ]);
  });

  it("F7: waits for no more than one of another tenant's, however many that asked for before", async () => {
    const other = await makeExportsWorld({ steps: 210 });
    const before: string[] = [];
    for (let n = 0; n < 3; n += 1) before.push(await askLarge("csv"));
    const { body } = await ask(other.member, other.incidentId, "evidence", { body: { format: "csv" } });
    running.push(await startJobs([makeBundleJob]));
    for (const id of before) await whenOver(large.auditor, id);
    await whenOver(other.auditor, body.bundle_id);
    const made = await inspect()<{ id: string }[]>`
      select bundle_id as id from export_bundles
      where bundle_id = any(${[...before, String(body.bundle_id)]}) and status = 'ready' order by ready_at`;
    expect(made.map(({ id }) => id).indexOf(String(body.bundle_id))).toBeLessThan(2);
    expect(made.map(({ id }) => id).filter((id) => id !== body.bundle_id)).toEqual(before);
  });

  it("is refused with 429 while twenty of the tenant are not done; another tenant's are not counted", async () => {
    const [full, other] = [await makeExportsWorld(), await makeExportsWorld()];
    const again = (who: ExportsWorld) => ask(who.member, who.incidentId, "evidence", { body: { format: "json" } });
    const { body } = await again(full);
    const addGenerating = (from: number, to: number) => inspect()`
      insert into export_bundles select (jsonb_populate_record(b,
        jsonb_build_object('bundle_id', 'EVD-' || lpad(n::text, 12, '0'), 'status', 'generating'))).*
      from export_bundles b, generate_series(${from}::int, ${to}::int) n where b.bundle_id = ${String(body.bundle_id)}`;
    await addGenerating(1, 19);
    expect((await again(full)).status).toBe(201);
    await addGenerating(20, 20);
    const refused = await again(full);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "5"]);
    expect((await again(other)).status).toBe(201);
  });

  it("is one over a period with many incidents, however short the run", async () => {
    const busy = await makeExportsWorld();
    await inspect()`
      insert into incidents select (jsonb_populate_record(i,
        jsonb_build_object('id', gen_random_uuid(), 'source_run_id', null, 'source_id', gen_random_uuid()))).*
      from incidents i, generate_series(1, 200) where i.id = ${busy.incidentId}`;
    const body = { format: "json" };
    expect((await ask(busy.admin, busy.incidentId, "evidence", { body })).status).toBe(201);
    expect((await ask(busy.admin, busy.incidentId, "soc2", { body })).status).toBe(202);
  });

  it("is made once, whoever else begins", async () => {
    const bundleId = await askLarge("json");
    const maker = systemPrincipal(large.tenantId, "test");
    await Promise.all([makeAtOnce(maker, bundleId), makeAtOnce(maker, bundleId)]);
    expect(await detailOf(large.auditor, bundleId)).toMatchObject({ status: "ready", attempts: 1 });
  });
});

let program: Promise<string> | null = null;

async function bundled(): Promise<string> {
  const file = join(".build", "programs", `job-process-${process.pid}.mjs`);
  const bundle = `import { bundle } from "./scripts/bundle.mjs";
    const [entry, outfile] = process.argv.slice(1);
    await bundle({ entryPoints: [entry], outfile, sourcemap: false });`;
  const entry = join("server", "exports", "testing", "job-process.ts");
  await promisify(execFile)(process.execPath, ["--input-type=module", "-e", bundle, entry, file]);
  return file;
}

async function startProcess(): Promise<ChildProcess> {
  program ??= bundled();
  const child = fork(await program, [], { env: process.env, silent: true });
  children.push(child);
  const ended = once(child, "exit").then(([code]) =>
    Promise.reject(new Error(`it ended with ${code} before it began`)),
  );
  ended.catch(() => undefined);
  await Promise.race([once(child, "message"), ended]);
  return child;
}

describe("a maker that is killed in the middle", () => {
  afterAll(async () => rmSync((await program) ?? "", { force: true }));

  it.each([
    ["while it reads", false],
    ["when the bundle has its hash and its leaf", true],
  ])("%s leaves nothing half there, and the next one finishes", async (_when, hasHash) => {
    const bundleId = await askLarge("pdf");
    const row = async () => {
      const [found] = await inspect()`select attempts, bundle_hash from export_bundles where bundle_id = ${bundleId}`;
      return found;
    };
    const child = await startProcess();
    const gone = once(child, "exit");
    await until(row, (found) => (hasHash ? found?.bundle_hash !== null : found?.attempts > 0));
    child.kill("SIGKILL");
    await gone;
    const left = await row();
    expect(await detailOf(large.auditor, bundleId)).toMatchObject({ status: "generating" });
    expect((await download(large.member, bundleId)).status).toBe(409);
    // Its leases would run out by themselves in half a minute.
    await inspect()`update export_bundles set lease_until = clock_timestamp() where bundle_id = ${bundleId}`;
    await inspect()`update pgboss.job set started_on = now() - interval '1 hour' where state = 'active'`;
    running.push(await startJobs([makeBundleJob]));
    expect(await whenOver(large.auditor, bundleId)).toMatchObject({ status: "ready", attempts: 2 });
    const file = await download(large.member, bundleId);
    expect((await verdictOf(large.member, file.bytes)).body).toMatchObject({ verified: true });
    const leaves = await inspect()`select hash from log_leaves where kind = 'bundle' and source_id = ${bundleId}`;
    expect(leaves).toHaveLength(1);
    if (hasHash) expect(leaves[0]?.hash).toEqual(left?.bundle_hash);
  });
});

describe("a bundle that cannot be made", () => {
  const why = "Record 2 of the run is not what a record is. Verify the run.";
  const final = { status: "failed", failure: expect.stringContaining(`${why} It would fail the same way again`) };

  // Past the triggers, as only somebody with the whole database could.
  async function malform({ tenantId }: ExportsWorld): Promise<void> {
    await inspect().begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await tx`update trace_records set canonical = '[]' where tenant_id = ${tenantId} and seq = 2`;
    });
  }

  it("whatever is tried: the answer says so, and its job has nothing to do", async () => {
    const world = await makeExportsWorld();
    const sql = inspect();
    await malform(world);
    const asked = await ask(world.member, world.incidentId, "evidence", { body: { format: "json" } });
    expect([asked.status, asked.body.status, asked.body.download_url]).toEqual([201, "failed", null]);
    const ids = { tenant_id: world.tenantId, bundle_id: String(asked.body.bundle_id) };
    await makeBundleJob.run(ids, new AbortController().signal);
    expect(await detailOf(world.auditor, asked.body.bundle_id)).toMatchObject({ ...final, attempts: 1 });
    const file = await download(world.member, asked.body.bundle_id);
    expect([file.status, JSON.parse(file.bytes.toString())]).toMatchObject([
      409,
      { type: expect.stringMatching(/export-failed$/), detail: expect.stringContaining(why) },
    ]);
    const told = await sql`select topic from outbox where entity_id = ${ids.bundle_id} and topic = 'export.failed'`;
    expect(told).toHaveLength(1);
  });

  it("is given up by its job after one attempt, and is asked for no more", async () => {
    const world = await makeExportsWorld({ steps: 210 });
    await malform(world);
    const asked = await ask(world.member, world.incidentId, "evidence", { body: { format: "json" } });
    expect(asked.status).toBe(202);
    running.push(await startJobs([makeBundleJob]));
    expect(await whenOver(world.auditor, asked.body.bundle_id)).toMatchObject({ ...final, attempts: 1 });
    const waiting = () => inspect()`select from job_requests where tenant_id = ${world.tenantId}`;
    expect(await until(waiting, (rows) => rows.length === 0)).toHaveLength(0);
  });

  it("for a reason that may pass is tried again, says why meanwhile, and is given up in the end", async () => {
    const world = await makeExportsWorld();
    const { tenantId } = world;
    await sequenceNow(tenantId);
    await asIntruder("update log_states set halted_at = now(), halt_reason = 'why' where tenant_id = $1", [tenantId]);
    const given = await ask(world.member, world.incidentId, "evidence", { body: { format: "json" } });
    const other = await ask(world.member, world.incidentId, "evidence", { body: { format: "csv" } });
    expect([given, other].map(({ status, body }) => [status, body.status])).toEqual(Array(2).fill([202, "generating"]));
    const why = "The evidence log is not signed.";
    const idsOf = ({ body }: Asked) => ({ tenant_id: tenantId, bundle_id: String(body.bundle_id) });
    const signal = new AbortController().signal;
    await expect(makeBundleJob.run(idsOf(given), signal)).rejects.toThrow(why);
    const stillToCome = { status: "generating", failure: expect.stringContaining(why), attempts: 2 };
    expect(await detailOf(world.auditor, given.body.bundle_id)).toMatchObject(stillToCome);
    await makeBundleJob.bury(idsOf(given), signal);
    const givenUp = { status: "failed", failure: expect.stringMatching(/not signed.*It was tried several times/) };
    expect(await detailOf(world.auditor, given.body.bundle_id)).toMatchObject(givenUp);
    await asIntruder("update log_states set halted_at = null, halt_reason = null where tenant_id = $1", [tenantId]);
    await makeBundleJob.run(idsOf(other), signal);
    expect(await detailOf(world.auditor, other.body.bundle_id)).toMatchObject({ status: "ready", attempts: 2 });
  });
});
