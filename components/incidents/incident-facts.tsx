"use client";

import type { ReactNode } from "react";
import { actorName, capitalised } from "@/components/account/actor-names";
import { useActorName, useKnownActors } from "@/components/account/use-actor-names";
import { metricName } from "@/components/activity/metric-words";
import { type Fact, Facts } from "@/components/data/facts";
import { money, plural, words } from "@/components/data/format";
import { Time } from "@/components/data/time";
import { Identifier } from "@/components/ui/identifier";
import { Link } from "@/components/ui/link";
import { Section } from "@/components/ui/section";
import type { RunActivity } from "@/server/activity/contract";
import type { Incident } from "@/server/incidents/contract";
import { excessOf, measure } from "./story";
import { escalatedTo, reopenings } from "./timeline-items";
import { type Background, useTimeline } from "./use-incident";

const MAX_LEVEL = 3;

export function IncidentFacts({ incident, background }: { incident: Incident; background: Background }) {
  const story = useStoryFacts(incident);
  const items = [...violationFacts(incident, background), ...runFacts(incident, background), ...story];
  return (
    <Section title="Facts">
      <Facts items={items} />
    </Section>
  );
}

function TextLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} className="underline decoration-line underline-offset-2 hover:decoration-current">
      {children}
    </Link>
  );
}

function violationFacts(incident: Incident, { violation, run, isPending }: Background): Fact[] {
  const at = incident.violation;
  const type: Fact = { label: "Type", value: words(incident.type) };
  if (at === null) return [type, ...errorFacts(run)];
  const metric = violation?.metric ?? null;
  const over = excessOf(at.threshold_value, at.actual_value);
  const actual = measure(metric, at.actual_value);
  const isCondition = at.threshold_value === "" && at.actual_value === "";
  return [
    type,
    { label: "Step", value: stepLink(incident, at.step_index), hint: <Time at={at.timestamp} mode="exact" /> },
    ...(metric === null ? [] : [{ label: "Measured", value: metricName(metric) }]),
    ...(isCondition
      ? [{ label: "Reason", value: at.reason }]
      : [
          { label: "Allowed", value: measure(metric, at.threshold_value) },
          {
            label: violation?.projected ? "Would be" : "Was",
            value: actual === null ? null : `${actual}${over === null ? "" : ` · ${over}`}`,
          },
        ]),
    { label: "Policy", value: policyLink(incident, { violation, isPending }) },
  ];
}

function stepLink(incident: Incident, step: number): ReactNode {
  if (incident.source_run_id === null) return String(step);
  return <TextLink href={`/activity/runs/${incident.source_run_id}?row=step-${step}`}>Step {step}</TextLink>;
}

function policyLink(incident: Incident, { violation, isPending }: Pick<Background, "violation" | "isPending">) {
  if (violation === null && isPending) return "…";
  const name = violation?.policy_name ?? "Its policy";
  const version = violation?.policy_version ?? null;
  const text = version === null ? name : `${name}, version ${version}`;
  const policyId = incident.policy_id ?? violation?.policy_id ?? null;
  const limitId = violation?.limit_id ?? null;
  if (policyId !== null) return <TextLink href={`/policies/rules/${policyId}`}>{text}</TextLink>;
  if (limitId !== null) return <TextLink href={`/policies/limits/${limitId}`}>{text}</TextLink>;
  return violation === null ? null : "The default thresholds";
}

function errorFacts(run: RunActivity | null): Fact[] {
  if (run?.error == null) return [];
  return [
    { label: "Error", value: run.error.message },
    { label: "Error code", value: run.error.code === null ? null : <code className="text-xs">{run.error.code}</code> },
  ];
}

function runFacts(incident: Incident, { run, isPending }: Background): Fact[] {
  if (incident.source_run_id === null) {
    return [{ label: "Run", value: "none", hint: "It was opened without a run." }];
  }
  const runId = incident.source_run_id;
  const waiting = isPending ? "…" : null;
  return [
    {
      label: "Agent",
      value: run?.agent_id ?? waiting,
      ...(run?.agent_verified === false ? { hint: "as the runner names it" } : {}),
    },
    { label: "Run", value: <Identifier value={runId} href={`/activity/runs/${runId}`} label="Run id" /> },
    { label: "Goal", value: run === null ? waiting : (run.goal ?? "none given") },
    {
      label: "Trace",
      value: incident.trace_id === null ? null : <Identifier value={incident.trace_id} label="Trace id" />,
      hint: <TextLink href={`/logs/llm-runs?run_id=${runId}`}>Records in the logs</TextLink>,
    },
    run === null ? { label: "Cost incurred", value: waiting } : costFact(run),
    {
      label: "Cost avoided",
      value: null,
      hint: "An estimate with its formula stands in the executive debrief.",
    },
  ];
}

function costFact(run: RunActivity): Fact {
  const isOpen = run.completed_at === null;
  const value = run.cost_is_complete ? money(run.cost_cents) : `at least ${money(run.cost_cents)}`;
  const why = run.cost_is_complete ? (isOpen ? "so far" : null) : "some of its steps have no price";
  return { label: "Cost incurred", value, ...(why === null ? {} : { hint: why }) };
}

function useStoryFacts(incident: Incident): Fact[] {
  const nameOf = useActorName();
  const known = useKnownActors();
  const timeline = useTimeline(incident.incident_id);
  const entries = timeline.data?.pages.flatMap(({ items }) => items) ?? [];
  const to = escalatedTo(entries);
  const again = reopenings(entries, timeline.data !== undefined && !timeline.hasNextPage);
  const level = incident.escalation_level;
  return [
    {
      label: "Escalation",
      value: level === 0 ? "not escalated" : `level ${level} of ${MAX_LEVEL}`,
      ...(to === null ? {} : { hint: `to ${actorName(to, known)}` }),
    },
    {
      label: "Due",
      value: <Time at={incident.sla_due_at} mode="exact" />,
      hint: `response time of ${incident.severity}`,
    },
    ...(again === 0 || again === null ? [] : [{ label: "Reopened", value: plural(again, "time") }]),
    ...resolutionFacts(incident, nameOf),
    { label: "Incident", value: <Identifier value={incident.incident_id} label="Incident id" /> },
  ];
}

function resolutionFacts(incident: Incident, nameOf: (actor: string) => string): Fact[] {
  if (incident.status !== "resolved") return [];
  return [
    { label: "Resolved by", value: incident.resolved_by === null ? null : capitalised(nameOf(incident.resolved_by)) },
    { label: "Method", value: incident.resolution_method === null ? null : words(incident.resolution_method) },
  ];
}
