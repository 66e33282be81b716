"use client";

import { ChevronRight } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useActorName } from "@/components/account/use-actor-names";
import { type Fact, Facts } from "@/components/data/facts";
import { count, duration, money, words } from "@/components/data/format";
import { JsonView } from "@/components/data/json-view";
import { Time } from "@/components/data/time";
import { policyHref } from "@/components/policies/rule-href";
import { classes } from "@/components/ui/classes";
import { Identifier } from "@/components/ui/identifier";
import { Link } from "@/components/ui/link";
import { Mark } from "@/components/ui/mark";
import type { StepRecord, TraceStep } from "@/server/activity/contract";
import { amountOf, bareAmountOf, metricName } from "./metric-words";
import { asRecord, decisionOf, markOf, recordWords, type StepDecision } from "./step-decision";

/** One step: what was decided and why, what it took, and every record of it with its hash. */
export function StepDetail({ step, openRecord }: { step: TraceStep; openRecord: number | null }) {
  const decision = decisionOf(step);
  const mark = markOf(step);
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <header className="flex flex-wrap items-center gap-2">
        <h3 className="min-w-0 truncate font-semibold text-base">
          Step {step.step_index}: {step.skill ?? words(step.type)}
        </h3>
        <Mark tone={mark.tone}>{mark.word}</Mark>
      </header>
      {decision === null ? null : <DecisionFacts decision={decision} />}
      <Facts items={stepFacts(step)} />
      <Commitments step={step} />
      <section aria-label="Records of the step" className="flex flex-col gap-1">
        <h4 className="text-muted text-xs">Records</h4>
        {step.records.map((record) => (
          <RecordLine
            key={`${record.seq}-${openRecord === record.seq}`}
            record={record}
            isOpen={openRecord === record.seq}
          />
        ))}
      </section>
    </div>
  );
}

function DecisionFacts({ decision }: { decision: StepDecision }) {
  const { metric, threshold_value, actual_value, projected, reason, matched } = decision;
  const isMeasured = metric !== null && threshold_value !== null && actual_value !== null;
  const others = matched.filter((one) => !one.won);
  const items: Fact[] = [
    { label: "Decision", value: decisionWords(decision) },
    ...(reason === null || decision.action === "allow" ? [] : [{ label: "Reason", value: reason }]),
    ...(isMeasured
      ? [
          {
            label: metricName(metric),
            value: `${amountOf(metric, actual_value)}, allowed ${bareAmountOf(metric, threshold_value)}`,
            hint: projected ? "Counted with the estimate: the step never ran" : undefined,
          },
        ]
      : []),
    ...(decision.policy_name === null ? [] : [{ label: "By", value: <Decider decision={decision} /> }]),
    ...(others.length === 0 ? [] : [{ label: "Also fired", value: matchedWords(others) }]),
  ];
  return <Facts items={items} />;
}

function decisionWords({ action, enforcement }: StepDecision): string {
  const isPlain = enforcement === null || enforcement === "none" || enforcement === action;
  return isPlain ? words(action) : `${words(action)}: ${words(enforcement).toLowerCase()}`;
}

function Decider({ decision }: { decision: StepDecision }) {
  const { policy_id, limit_id, policy_name, policy_version } = decision;
  const name = policy_version === null ? policy_name : `${policy_name}, version ${policy_version}`;
  if (policy_id === null && limit_id === null) return <>{policy_name}</>;
  return (
    <Link className="underline-offset-2 hover:underline" href={policyHref({ policy_id, limit_id })}>
      {name}
    </Link>
  );
}

function matchedWords(matched: StepDecision["matched"]): string {
  const shadows = matched.filter((one) => one.shadow).length;
  const real = matched.length - shadows;
  const parts = [
    ...(real > 0 ? [`${count(real)} that asked for less`] : []),
    ...(shadows > 0 ? [`${count(shadows)} on trial, which never act`] : []),
  ];
  return parts.join(", ");
}

function stepFacts(step: TraceStep): Fact[] {
  const { estimate } = step;
  const isOpen = step.tokens === null;
  const openWord = step.action === "block" ? "none: it never ran" : "not settled";
  const estimated = estimate.input_tokens + estimate.output_tokens;
  return [
    {
      label: "Tokens",
      value: isOpen
        ? openWord
        : `${count(step.tokens)} (${count(step.input_tokens)} in, ${count(step.output_tokens)} out)`,
      hint: estimated > 0 ? `Estimated ${count(estimated)}` : undefined,
    },
    {
      label: "Cost",
      value: step.cost_cents === null ? (isOpen ? openWord : null) : money(step.cost_cents),
      hint: costHint(step),
    },
    ...(isOpen ? [] : [{ label: "Duration", value: duration(step.duration_ms), hint: "As the runner says" }]),
    ...(step.retry_count > 0 ? [{ label: "Retries", value: count(step.retry_count) }] : []),
    ...(step.claimed_status === null ? [] : [{ label: "Outcome", value: words(step.claimed_status) }]),
    { label: "Recorded", value: <Time at={step.timestamp} mode="exact" /> },
    ...(step.settled_at === null ? [] : [{ label: "Settled", value: <Time at={step.settled_at} mode="exact" /> }]),
    ...(step.step_id === null
      ? []
      : [{ label: "Step id", value: <Identifier value={step.step_id} label="Step id" /> }]),
  ];
}

function costHint(step: TraceStep): string | undefined {
  if (step.cost_source === "unpriced") return "There is no price for this model";
  const source = step.cost_source === null ? "" : words(step.cost_source);
  const estimated = step.estimate.cost_cents > 0 ? `Estimated ${money(step.estimate.cost_cents)}` : "";
  return [source, estimated].filter((part) => part !== "").join(" · ") || undefined;
}

/** What was sent is not kept in the clear: only commitments to it are chained. */
function Commitments({ step }: { step: TraceStep }) {
  const found = step.records.flatMap((record) => Object.entries(asRecord(record.body.commitments) ?? {}));
  if (found.length === 0) return null;
  const names: Readonly<Record<string, string>> = {
    input_commit: "Input",
    output_commit: "Output",
    stored_commit: "Stored",
  };
  return (
    <section aria-label="Payload">
      <h4 className="pb-1 text-muted text-xs">Payload: not kept in the clear, committed to by hash</h4>
      <Facts
        items={found.map(([name, value]) => ({
          label: names[name] ?? name,
          value: <Identifier value={String(value)} label={`${names[name] ?? name} commitment`} />,
        }))}
      />
    </section>
  );
}

function RecordLine({ record, isOpen: isOpenFirst }: { record: StepRecord; isOpen: boolean }) {
  const nameOf = useActorName();
  const [isOpen, setIsOpen] = useState(isOpenFirst);
  return (
    <div>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
        className="flex h-7 w-full min-w-0 items-center gap-2 rounded text-left hover:bg-hover"
      >
        <ChevronRight aria-hidden className={classes("size-3.5 shrink-0 text-faint", isOpen && "rotate-90")} />
        <span className="min-w-0 truncate">{recordWords(record, nameOf)}</span>
        <Quiet>record {count(record.seq)}</Quiet>
        <code className="min-w-0 flex-1 truncate text-right text-faint text-xs">{record.content_hash}</code>
      </button>
      {isOpen ? <JsonView value={record.body} label={`Record ${record.seq}, as it was hashed`} /> : null}
    </div>
  );
}

function Quiet({ children }: { children: ReactNode }) {
  return <span className="shrink-0 text-muted text-xs tabular-nums">{children}</span>;
}
