"use client";

import { amountOf, metricName } from "@/components/activity/metric-words";
import { runHref } from "@/components/activity/run-href";
import { type Fact, Facts } from "@/components/data/facts";
import { words } from "@/components/data/format";
import { Time } from "@/components/data/time";
import { SeverityMark, ViolationMark } from "@/components/policies/policy-marks";
import { limitHref, ruleHref } from "@/components/policies/rule-href";
import { brokenName, violationText } from "@/components/policies/violation-text";
import { ButtonLink } from "@/components/ui/button";
import { Identifier } from "@/components/ui/identifier";
import { Link } from "@/components/ui/link";
import type { PolicyViolation } from "@/server/policies/wire";

const told: Readonly<Record<PolicyViolation["action"], string>> = {
  warned: "The run went on. The violation was recorded.",
  refused: "The step was not allowed to run then. The run stayed alive.",
  paused: "The run waits, or waited, for a person to approve or deny it.",
  stopped: "The run ended at that step.",
  killed: "The run ended at that step, and work in flight was told to cancel.",
  start_refused: "The run was not started.",
  quota_exceeded: "The run was not started then. Its runner could try again.",
};

export function ViolationDetail({ violation }: { violation: PolicyViolation }) {
  const { run_id, incident_id } = violation;
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-col gap-2">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <ViolationMark action={violation.action} />
          <SeverityMark severity={violation.severity} />
        </div>
        <p className="text-base">{told[violation.action]}</p>
        <p className="text-muted">{violationText(violation)}.</p>
      </div>
      <div className="flex flex-wrap gap-2">
        {run_id === null ? null : (
          <ButtonLink size="small" href={runHref(run_id)}>
            See the run
          </ButtonLink>
        )}
        {incident_id === null ? null : (
          <ButtonLink size="small" href={`/incidents/${incident_id}`}>
            See the incident
          </ButtonLink>
        )}
      </div>
      <Facts items={[...whatFacts(violation), ...whereFacts(violation)]} />
    </div>
  );
}

function whatFacts(violation: PolicyViolation): Fact[] {
  const { metric, violation_type, projected } = violation;
  const what: Fact[] = [
    { label: "Broke", value: <Broken violation={violation} /> },
    { label: "Type", value: violation_type === null ? "none" : words(violation_type) },
  ];
  if (metric === null) return what;
  return [
    ...what,
    { label: "Measured", value: metricName(metric) },
    {
      label: projected ? "Would have been" : "Was",
      value: amountOf(metric, violation.actual_value),
      ...(projected ? { hint: "Before the step ran, by its estimate." } : {}),
    },
    { label: "At most", value: amountOf(metric, violation.threshold_value) },
  ];
}

function whereFacts({ step_index, recorded_at, run_id, policy_id, limit_id }: PolicyViolation): Fact[] {
  const id = limit_id ?? policy_id;
  return [
    { label: "Step", value: step_index ?? "none" },
    { label: "When", value: <Time at={recorded_at} mode="exact" /> },
    ...(run_id === null
      ? []
      : [{ label: "Run", value: <Identifier value={run_id} href={runHref(run_id)} label="Run id" /> }]),
    ...(id === null ? [] : [{ label: limit_id === null ? "Policy id" : "Limit id", value: <Identifier value={id} /> }]),
  ];
}

function Broken({ violation }: { violation: PolicyViolation }) {
  const { policy_id, limit_id, policy_version } = violation;
  const name = brokenName(violation);
  const version = policy_version === null ? "" : `, version ${policy_version}`;
  if (policy_id === null && limit_id === null) return <>{name}</>;
  const href = limit_id === null ? ruleHref(policy_id ?? "") : limitHref(limit_id);
  return (
    <>
      <Link href={href} className="underline decoration-line underline-offset-2 hover:decoration-strong">
        {name}
      </Link>
      {version}
    </>
  );
}
