"use client";

import type { ReactNode } from "react";
import { useActorName } from "@/components/account/use-actor-names";
import { count, duration, plural, tokens, words } from "@/components/data/format";
import { Elapsed, Time } from "@/components/data/time";
import { Identifier } from "@/components/ui/identifier";
import { Link } from "@/components/ui/link";
import { Tooltip } from "@/components/ui/tooltip";
import type { RunActivity } from "@/server/activity/contract";
import { runHref } from "./run-href";
import { Cost, RiskMark, RunStatusMark } from "./run-marks";
import { endReasonOf } from "./run-words";

/** Its time stands still while it is paused, as it does at the gate. */
function Took({ run }: { run: RunActivity }) {
  if (run.state !== "live") return duration(run.duration_ms);
  if (run.paused_at === null) return <Elapsed since={run.started_at} />;
  return `${duration(Date.parse(run.paused_at) - Date.parse(run.started_at))} until the pause`;
}

/** State, since when, and what it has used: one line. */
export function RunHeadline({ run }: { run: RunActivity }) {
  const isLive = run.state === "live";
  const reason = endReasonOf(run);
  return (
    <div className="flex flex-wrap items-start gap-x-8 gap-y-3">
      <Part label="State">
        <span className="flex items-center gap-2">
          <RunStatusMark run={run} />
          {reason === null || !addsToState(run) ? null : <span className="text-muted text-xs">{reason}</span>}
        </span>
      </Part>
      <Part label={isLive ? "Started" : "Ended"}>
        <Time at={isLive ? run.started_at : run.completed_at} />
      </Part>
      <Part label={isLive ? "Elapsed" : "Took"}>
        <Took run={run} />
      </Part>
      <Part label="Steps done">{count(run.steps_completed)}</Part>
      <Part label="Tokens">
        <Tooltip content={`${count(run.input_tokens)} in, ${count(run.output_tokens)} out`}>
          <span>{tokens(run.tokens_used)}</span>
        </Tooltip>
      </Part>
      <Part label="Cost">
        <Cost cents={run.cost_cents} isComplete={run.cost_is_complete} />
      </Part>
      {isLive ? (
        <Part label="Policies">
          <RiskMark run={run} />
        </Part>
      ) : null}
    </div>
  );
}

/** A stop by policy and a success say it all already. */
function addsToState({ status, end_note }: RunActivity): boolean {
  return end_note !== null || (status !== "succeeded" && status !== "failed_policy");
}

function Part({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="min-w-12">
      <span className="block text-muted text-xs">{label}</span>
      <span className="flex min-h-6 items-center font-medium text-base tabular-nums">{children}</span>
    </div>
  );
}

/** What the run belongs to and where else it is told of. */
export function RunLinks({ run }: { run: RunActivity }) {
  const nameOf = useActorName();
  const parts: { label: string; value: ReactNode }[] = [
    { label: "Run", value: <Identifier value={run.run_id} label="Run id" /> },
    { label: "Started by", value: nameOf(run.started_by) },
    ...(run.actor === null
      ? []
      : [{ label: "For", value: `${words(run.actor.type).toLowerCase()} ${run.actor.id ?? ""}` }]),
    ...(run.project === null ? [] : [{ label: "Project", value: run.project }]),
    ...(run.model === null && run.provider === null
      ? []
      : [{ label: "Model", value: [run.provider, run.model].filter((part) => part !== null).join(" · ") }]),
    ...(run.parent_run_id === null
      ? []
      : [
          {
            label: "Parent",
            value: <Identifier value={run.parent_run_id} href={runHref(run.parent_run_id)} label="Run id" />,
          },
        ]),
    ...(run.agent_verified ? [] : [{ label: "Agent", value: "named by the runner, not bound to its key" }]),
  ];
  return (
    <div className="flex flex-wrap items-center gap-x-6 gap-y-1 text-xs">
      {parts.map(({ label, value }) => (
        <span key={label} className="flex min-w-0 items-center gap-1.5">
          <span className="text-muted">{label}</span>
          {value}
        </span>
      ))}
      <OtherPlaces run={run} />
    </div>
  );
}

function OtherPlaces({ run }: { run: RunActivity }) {
  const links = [
    ...(run.incident_id === null
      ? []
      : [{ href: `/incidents/${run.incident_id}`, label: plural(run.incident_count, "incident") }]),
    { href: `/logs/llm-runs?run_id=${run.run_id}&range=all`, label: "Log record" },
    { href: `/logs/audit-logs?run_id=${run.run_id}&range=all`, label: "Audit entries" },
    { href: `/policies/violations?run_id=${run.run_id}&range=all`, label: "Violations" },
    { href: `/activity/completed?agent=${encodeURIComponent(run.agent_id)}`, label: "Other runs of the agent" },
  ];
  return links.map(({ href, label }) => (
    <Link key={href} href={href} className="text-accent underline-offset-2 hover:underline">
      {label}
    </Link>
  ));
}
