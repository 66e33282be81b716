// The rows behind the debrief's sentences.

import { isLive } from "@/server/activity/rules";
import { hasUnpriced } from "@/server/activity/run-view";
import type { RunEvidenceContent } from "@/server/exports/content/bundle-types";
import type { CostFacts } from "@/server/exports/content/cost-avoided";
import type { DebriefFacts } from "@/server/exports/content/debrief-facts";
import type { ResponseFacts } from "@/server/exports/content/response-facts";
import type { Subject, SubjectRun } from "@/server/exports/content/subject";
import { severityOf, statusOf, wireSummary } from "@/server/incidents/wire";
import { wireCents } from "@/server/policies/amounts";

type Read = { content: RunEvidenceContent; response: ResponseFacts };

export async function debriefFactsOf(subject: Subject, read: Read): Promise<DebriefFacts> {
  const { incident, run, slaState, names } = subject;
  const { integrity } = read.content;
  return {
    incident: {
      title: incident.title,
      type: wireSummary(incident).type,
      severity: severityOf(incident),
      status: statusOf(incident),
      description: incident.description,
      createdAt: incident.createdAt.toISOString(),
      acknowledgedAt: incident.acknowledgedAt?.toISOString() ?? null,
      acknowledgedBy: incident.acknowledgedBy === null ? null : names.text(incident.acknowledgedBy),
      resolvedAt: incident.resolvedAt?.toISOString() ?? null,
      resolvedBy: incident.resolvedBy === null ? null : names.text(incident.resolvedBy),
      resolutionMethod: incident.resolutionMethod,
      slaDueAt: incident.slaDueAt.toISOString(),
      slaState,
      isManual: incident.source === "manual",
      errorMessage: incident.errorMessage,
    },
    run: run === null ? null : await runFacts(subject, run, read),
    violation: subject.violation,
    endedBy: subject.endedBy,
    hold: subject.hold,
    recurrences: await recurrencesOf(subject),
    isVerified: integrity.verified,
    finding: integrity.finding,
  };
}

type AfterStop = {
  posts: number;
  records: number;
  tokens: number;
  units: number | null;
  passes: number;
  computed: boolean;
};

async function runFacts(subject: Subject, run: SubjectRun, { content }: Read): Promise<DebriefFacts["run"]> {
  const { violation } = subject;
  const after = await afterStopOf(subject, run);
  const near = content.signals.find((one) => one.signal_type === "near" && one.metric === violation?.metric);
  return {
    ...{ agentId: run.agentId, agentVerified: run.agentVerified, goal: run.goal, status: run.status },
    endNote: run.endNote,
    isLive: isLive(run.status),
    costCents: content.total_cost_cents,
    costIsComplete: !hasUnpriced(run.memory),
    isCostComputed: after.computed,
    tokens: run.inputTokens + run.outputTokens,
    stepsCompleted: run.stepsCompleted,
    nearAt: near?.recorded_at ?? null,
    postsAfterStop: after.posts,
    ungoverned: {
      records: after.records,
      tokens: after.tokens,
      costCents: after.units === null ? null : wireCents(after.units),
    },
    failOpenPasses: after.passes,
    shadowWouldAct: content.enforcements
      .filter((one) => one.shadow)
      .map((one) => ({ name: one.policy_name ?? "unnamed", stepIndex: one.step_index })),
    presumedSteps: run.lapsedSteps,
  };
}

/** What was posted after the end, and which evaluations had failed before it. */
async function afterStopOf({ db, questions }: Subject, run: SubjectRun): Promise<AfterStop> {
  const [row] = await db.sql<AfterStop>`
    select
      (select coalesce(sum(f.count), 0)::int from refusals f
        where ${db.mine("f")} and f.run_id = ${run.runId} and f.dedupe_key like 'post_stop:%') as posts,
      (select count(*)::int from cost_records c
        where ${db.mine("c")} and c.run_id = ${run.runId} and c.kind = 'ungoverned') as records,
      (select coalesce(sum(c.input_tokens + c.output_tokens), 0)::bigint from cost_records c
        where ${db.mine("c")} and c.run_id = ${run.runId} and c.kind = 'ungoverned') as tokens,
      (select case when bool_or(c.cost_units is null) then null else coalesce(sum(c.cost_units), 0)::bigint end
        from cost_records c where ${db.mine("c")} and c.run_id = ${run.runId} and c.kind = 'ungoverned') as units,
      exists (select from cost_records c
        where ${db.mine("c")} and c.run_id = ${run.runId} and c.cost_source = 'computed') as computed,
      (select count(*)::int from audit_logs a
        where ${db.mine("a")} and a.run_id = ${run.runId} and a.action = 'policy.failure_passed') as passes`;
  questions.note({
    id: "after_the_end",
    reads: ["refusals", "cost_records", "audit_logs"],
    condition: "posts refused after the run's end, work reported after it, evaluations that failed and let pass",
    parameters: { run_id: run.runId },
  });
  if (row === undefined) throw new Error("an aggregate gave no row");
  return row;
}

/** Others of the same policy or limit, else of the same agent and type, opened in the 30 days before it. */
async function recurrencesOf({ db, incident, questions }: Subject): Promise<number> {
  const { policyId, limitId, agentId, type, createdAt, id } = incident;
  const [row] = await db.sql<{ n: number }>`
    select count(*)::int as n from incidents i
    where ${db.mine("i")} and i.id <> ${id} and i.created_at <= ${createdAt}
      and i.created_at > ${createdAt}::timestamptz - interval '30 days'
      and (case when ${policyId}::uuid is not null then i.policy_id = ${policyId}::uuid
        when ${limitId}::uuid is not null then i.limit_id = ${limitId}::uuid
        else i.agent_id = ${agentId} and i.type = ${type} end)`;
  questions.note({
    id: "recurrences",
    reads: ["incidents"],
    condition: "others of the same policy or limit, else of the same agent and type, opened in the 30 days before it",
    parameters: { incident_id: id },
    rows: row?.n ?? 0,
  });
  return row?.n ?? 0;
}

/** What the estimate of the cost avoided is made from. */
export async function costFactsOf(subject: Subject, { content, response }: Read): Promise<CostFacts> {
  const { run, hold } = subject;
  // A pause that was released stopped nothing in the end.
  const isHeld = run?.status === "failed_policy" || run?.status === "paused";
  const stoppedAt = run?.completedAt ?? response.containedAt;
  const isComplete = content.cost_is_complete === true;
  return {
    wasStopped: hold !== null && isHeld,
    incurredCents: isComplete ? content.total_cost_cents : null,
    activeMs: run === null || stoppedAt === null ? null : stoppedAt.getTime() - run.startedAt.getTime() - run.pausedMs,
    earlier: run === null ? { medianMs: null, runs: 0 } : await earlierRunsOf(subject, run),
  };
}

async function earlierRunsOf({ db, questions }: Subject, run: SubjectRun): Promise<CostFacts["earlier"]> {
  const [row] = await db.sql<{ runs: number; median: number | null }>`
    select count(*)::int as runs, (percentile_cont(0.5) within group (
      order by extract(epoch from r.completed_at - r.started_at) * 1000 - r.paused_ms))::float8 as median
    from runs r
    where ${db.mine("r")} and r.agent_id = ${run.agentId} and r.status = 'succeeded' and not r.synthetic
      and r.started_at < ${run.startedAt} and r.started_at > ${run.startedAt}::timestamptz - interval '90 days'`;
  questions.note({
    id: "earlier_runs",
    reads: ["runs"],
    condition: "succeeded runs of the same agent, synthetic ones left out, started in the 90 days before this one",
    parameters: { agent_id: run.agentId },
    rows: row?.runs ?? 0,
  });
  return { runs: row?.runs ?? 0, medianMs: row?.median == null ? null : Math.round(row.median) };
}
