// What time brings about must not wait for a post. Every process looks twice a second for runs that are due, across
// tenants, and hands each to its tenant's next batch, where the run's lock decides; two sweepers do no harm. A tenant
// takes its share and no more, nobody waits for a slow one, and what cannot be decided comes back later each time.

import { forgetExpiredSessions } from "@/server/account/sessions";
import { asSystem } from "@/server/platform/db/system-db";
import { once } from "@/server/platform/env/once";
import { forgetOldAnswers } from "@/server/platform/http/idempotency";
import { log } from "@/server/platform/log/log";
import { BackOff } from "./back-off";
import { submit } from "./batcher";
import { finishFreeze } from "./freeze-sweep";
import { postpone } from "./postpone";

const EVERY_MS = 400;
const AT_ONCE_MS = 20;
const MOST = 1_000;
const RUN_SHARE = 200;
const FREEZE_SHARE = 20;
const FORGET_EVERY_MS = 3_600_000;

type Due = { tenant_id: string; ids: string[] };
type Look = { runs: number; isMore: boolean; work: Promise<unknown> };

/** Starts the sweeper of this process; once in `forgetEveryMs` it also drops what nobody needs any more. */
export function startSweeper({ forgetEveryMs = FORGET_EVERY_MS } = {}): { stop(): void } {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let forgotAt = Date.now();
  const turn = async () => {
    let isMore = false;
    try {
      isMore = (await look()).isMore;
      if (Date.now() - forgotAt > forgetEveryMs) {
        forgotAt = Date.now();
        await forgetOldAnswers();
        await forgetExpiredSessions();
      }
    } catch (error) {
      log.warn({ err: error }, "a sweep failed; the next one tries again");
    }
    if (!stopped) timer = setTimeout(turn, isMore ? AT_ONCE_MS : EVERY_MS);
  };
  timer = setTimeout(turn, EVERY_MS);
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** Sweeps what is due now and nobody here is at already; resolves when that is done, with how many runs it were. */
export async function sweepOnce(): Promise<number> {
  const { runs, work } = await look();
  await work;
  return runs;
}

type Sweeps = { underWay: Set<string>; runs: BackOff; freezes: BackOff };

function sweeps(): Sweeps {
  return once("gate-sweeps", () => ({ underWay: new Set<string>(), runs: new BackOff(), freezes: new BackOff() }));
}

async function look(): Promise<Look> {
  const [due, open] = await Promise.all([dueRuns(), openFreezes()]);
  const works = [
    ...due.map((one) => alone(`runs/${one.tenant_id}`, () => sweepRuns(one))),
    ...open.flatMap((one) => one.ids.map((id) => alone(`freeze/${id}`, () => sweepFreezes(one.tenant_id, id)))),
  ];
  const runs = due.reduce((sum, one) => sum + one.ids.length, 0);
  const isMore = runs === MOST || due.some((one) => one.ids.length === RUN_SHARE);
  return { runs, isMore, work: Promise.all(works) };
}

/** One at a time under a name; never throws. */
async function alone(name: string, work: () => Promise<void>): Promise<void> {
  const { underWay } = sweeps();
  if (underWay.has(name)) return;
  underWay.add(name);
  try {
    await work();
  } catch (error) {
    log.warn({ err: error, sweep: name }, "a sweep failed; a later one tries again");
  } finally {
    underWay.delete(name);
  }
}

function dueRuns(): Promise<Due[]> {
  const busy = [...sweeps().underWay].flatMap((name) => (name.startsWith("runs/") ? [name.slice(5)] : []));
  return asSystem(
    "gate: find runs that are due",
    (sql) => sql<Due[]>`
      select tenant_id, array_agg(run_id) as ids from (
        select tenant_id, run_id from (
          select tenant_id, run_id, due_at, row_number() over (partition by tenant_id order by due_at) as place
          from runs where due_at <= clock_timestamp() and tenant_id <> all(${busy}::uuid[])) ranked
        where place <= ${RUN_SHARE} order by place, due_at limit ${MOST}) shared
      group by tenant_id`,
  );
}

async function sweepRuns({ tenant_id, ids }: Due): Promise<void> {
  const { runs } = sweeps();
  const failed: string[] = [];
  const sweep = async (runId: string) => {
    const told = await submit(tenant_id, { kind: "sweep", runId });
    if ("problem" in told) failed.push(runId);
    else runs.succeeded(`${tenant_id}/${runId}`);
  };
  await Promise.all(ids.map(sweep));
  if (failed.length === 0) return;
  await postpone(
    tenant_id,
    failed.map((runId) => ({ run_id: runId, ms: runs.failed(`${tenant_id}/${runId}`) })),
  );
}

/** Freezes whose flag stands and whose live runs nobody has ended yet. Those being set right now are their setter's. */
async function openFreezes(): Promise<Due[]> {
  const found = await asSystem(
    "gate: find freezes to finish",
    (sql) => sql<Due[]>`
      select tenant_id, array_agg(id) as ids from (
        select tenant_id, id, row_number() over (partition by tenant_id order by created_at) as place
        from freezes where effective_at is null and lifted_at is null
        and (created_by like 'policy:%' or created_at < clock_timestamp() - interval '10 seconds')
        and id <> all(${sweeps().freezes.waiting()}::uuid[])) ranked
      where place <= ${FREEZE_SHARE} group by tenant_id limit ${MOST}`,
  );
  return found;
}

async function sweepFreezes(tenantId: string, id: string): Promise<void> {
  const { freezes } = sweeps();
  // Counted as failed until it has been seen through: whatever happens, the others come first next time.
  freezes.failed(id);
  const freeze = await finishFreeze(tenantId, id);
  if (freeze === null || freeze.effective_at !== null) freezes.succeeded(id);
}
