"use client";

import { capitalised } from "@/components/account/actor-names";
import { useActorName } from "@/components/account/use-actor-names";
import { useAddress } from "@/components/data/address";
import { type Fact, Facts } from "@/components/data/facts";
import { words } from "@/components/data/format";
import { Meter } from "@/components/data/meter";
import { Time } from "@/components/data/time";
import { policyHref } from "@/components/policies/rule-href";
import { classes } from "@/components/ui/classes";
import { Link } from "@/components/ui/link";
import { Mark } from "@/components/ui/mark";
import { Skeleton } from "@/components/ui/skeleton";
import { toneFill } from "@/components/ui/tones";
import type { Severity } from "@/db/vocabulary";
import type { RunActivity } from "@/server/activity/contract";
import type { Action } from "@/server/platform/http/contract";
import { EndFacts } from "./end-facts";
import { neverRan } from "./held-step";
import { bareAmountOf, metricName } from "./metric-words";
import { NextSteps } from "./next-steps";
import type { OpenDecision } from "./run-dialogs";
import { markOfRun } from "./run-words";
import { runParams } from "./search-params";
import { stepRowId } from "./trace-rows";
import { useWhy, type Why } from "./use-why";
import { type Breach, overBy } from "./why";

interface WhyPanelProps {
  run: RunActivity;
  actions: readonly Action[];
  onDecide: (about: OpenDecision) => void;
}

/** The first thing to know about a run that does not go on: one sentence, then the facts, then what can be done. */
export function WhyPanel({ run, actions, onDecide }: WhyPanelProps) {
  const why = useWhy(run);
  if (why === null) return null;
  const { tone } = markOfRun(run);
  return (
    <section aria-label="Why it does not go on" className="relative min-w-0 py-1 pl-4">
      <span aria-hidden className={classes("absolute inset-y-0 left-0 w-1 rounded-full", toneFill[tone])} />
      <p className="max-w-[75ch] font-semibold text-lg">{why.sentence}</p>
      <div className="@container pt-3">
        <div className="grid gap-x-10 gap-y-4 @3xl:grid-cols-[minmax(0,1.3fr)_minmax(0,1fr)]">
          {why.breach === null ? <EndFacts run={run} /> : <BreachFacts run={run} why={why} breach={why.breach} />}
          <NextSteps run={run} breach={why.breach} actions={actions} onDecide={onDecide} />
        </div>
      </div>
    </section>
  );
}

function BreachFacts({ run, why, breach }: { run: RunActivity; why: Why; breach: Breach }) {
  const items: Fact[] = [
    { label: "When", value: <Time at={breach.at} mode="exact" /> },
    ...(breach.step_index === null ? [] : [{ label: "Step", value: <StepLink index={breach.step_index} run={run} /> }]),
    ...(breach.metric === null
      ? []
      : [{ label: metricName(breach.metric), value: <Measure run={run} breach={breach} /> }]),
    ...(why.condition === null
      ? []
      : [{ label: "Condition", value: <code className="text-xs">{why.condition}</code> }]),
    { label: ruleLabel(breach), value: <Setter breach={breach} why={why} /> },
    { label: "Set by", value: <SetBy why={why} breach={breach} /> },
    { label: "Overrode", value: <Overrode why={why} breach={breach} /> },
  ];
  return <Facts items={items} />;
}

function ruleLabel({ source, limit_id }: Breach): string {
  if (source === "default") return "Threshold";
  return limit_id === null ? "Rule" : "Limit";
}

// A pause holds a step back: while it waits there is no such step in the trace, and what closes the run takes its place.
function StepLink({ index, run }: { index: number; run: RunActivity }) {
  const [, setParams] = useAddress(runParams);
  if (index > run.last_step_index) return <>{index}, which has not run</>;
  const state = neverRan(run, index) ? "which never ran" : "shown below";
  return (
    <button
      type="button"
      className="text-accent underline-offset-2 hover:underline"
      onClick={() => setParams({ tab: "trace", row: stepRowId(index) })}
    >
      {index}, {state}
    </button>
  );
}

function Measure({ run, breach }: { run: RunActivity; breach: Breach }) {
  const { metric, actual, threshold } = breach;
  if (metric === null || actual === null || threshold === null) return <>unknown</>;
  const over = overBy(breach, run.violation);
  return (
    <span className="flex max-w-md flex-col gap-0.5">
      <Meter
        label={metricName(metric)}
        value={Number(actual)}
        max={Number(threshold)}
        text={`${bareAmountOf(metric, actual)} of ${bareAmountOf(metric, threshold)}`}
      />
      <span className="text-muted text-xs">
        {over}
        {breach.projected ? `${over === null ? "" : ", "}counted with what the step asked for; it never ran` : ""}
      </span>
    </span>
  );
}

function Setter({ breach, why }: { breach: Breach; why: Why }) {
  const { policy_id, limit_id, policy_name, severity, enforcement } = breach;
  const version = why.author?.version ?? breach.policy_version;
  const name = `${policy_name ?? "Default threshold"}${version === null ? "" : `, version ${version}`}`;
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      {policy_id === null && limit_id === null ? (
        name
      ) : (
        <Link className="underline-offset-2 hover:underline" href={policyHref({ policy_id, limit_id })}>
          {name}
        </Link>
      )}
      <span className="text-muted text-xs">{words(enforcement)}</span>
      {isSeverity(severity) ? (
        <Mark tone={severity} quiet>
          {words(severity)}
        </Mark>
      ) : null}
    </span>
  );
}

function isSeverity(value: string | null): value is Severity {
  return value !== null && ["low", "medium", "high", "critical"].includes(value);
}

function SetBy({ why: { author, areFactsPending }, breach }: { why: Why; breach: Breach }) {
  const nameOf = useActorName();
  if (breach.source === "default") return <>The product: no rule and no limit applied to this run</>;
  if (author === null) return <NotYet isPending={areFactsPending} />;
  const isChanged = author.version !== null && author.newest !== null && author.newest > author.version;
  return (
    <>
      {capitalised(nameOf(author.by))}, <Time at={author.at} />
      {isChanged ? (
        <span className="block text-muted text-xs">It was changed since: version {author.newest} holds now</span>
      ) : null}
    </>
  );
}

function NotYet({ isPending }: { isPending: boolean }) {
  return isPending ? <Skeleton className="mt-1 h-3 w-40" /> : <span className="text-faint">unknown</span>;
}

function Overrode({ why: { winner, areFactsPending }, breach }: { why: Why; breach: Breach }) {
  if (breach.metric === null) return <span className="text-muted">Nothing: conditions hold side by side</span>;
  if (/^[A-Z_]+$/.test(breach.metric))
    return <span className="text-muted">Nothing: limits over windows hold side by side</span>;
  if (winner === null) return <NotYet isPending={areFactsPending} />;
  if (winner.losers.length === 0) return <span className="text-muted">Nothing: it was alone</span>;
  return (
    <ul>
      {winner.losers.map((loser) => (
        <li key={loser.policy_id ?? loser.limit_id ?? loser.name}>
          {loser.policy_id === null && loser.limit_id === null ? (
            loser.name
          ) : (
            <Link className="underline-offset-2 hover:underline" href={policyHref(loser)}>
              {loser.name}
            </Link>
          )}{" "}
          <span className="text-muted">
            with {bareAmountOf(winner.metric, loser.limit)}: it {loser.why}
          </span>
        </li>
      ))}
    </ul>
  );
}
