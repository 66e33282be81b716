"use client";

import { type Fact, Facts } from "@/components/data/facts";
import { count, duration, tokens, words } from "@/components/data/format";
import { Time } from "@/components/data/time";
import { ButtonLink } from "@/components/ui/button";
import { Identifier } from "@/components/ui/identifier";
import { Mark } from "@/components/ui/mark";
import { Section } from "@/components/ui/section";
import type { RunRecord } from "@/server/logs/contract";
import { costOf, modelOf } from "./columns";
import { RunProof } from "./run-proof";
import { StatusMark } from "./status-mark";

/** The immutable record of a run. */
export function RunEntry({ record }: { record: RunRecord }) {
  return (
    <>
      <div className="flex flex-wrap items-center gap-2">
        <StatusMark status={record.execution_status} reason={record.termination_reason} />
        {record.synthetic ? <Mark tone="info">Rehearsal</Mark> : null}
        <span className="ml-auto flex gap-2">
          <ButtonLink size="small" href={`/activity/runs/${record.run_id}`}>
            Open the run
          </ButtonLink>
        </span>
      </div>
      <Section title="Run">
        <Facts items={runFacts(record)} />
      </Section>
      <Section title="Hashes">
        <Facts items={hashFacts(record)} />
      </Section>
      <RunProof runId={record.run_id} />
    </>
  );
}

function runFacts(record: RunRecord): Fact[] {
  return [
    {
      label: "Run",
      value: <Identifier value={record.run_id} href={`/activity/runs/${record.run_id}`} label="run id" />,
    },
    {
      label: "Trace",
      value: <Identifier value={record.trace_id} href={`/activity/runs/${record.run_id}?tab=trace`} label="trace id" />,
    },
    { label: "Agent", value: record.agent_id },
    { label: "Model", value: modelOf(record) },
    ...given("Project", record.project),
    ...given("Sent by", record.source === null ? null : words(record.source)),
    ...given("Refused", record.refusal_reason === null ? null : words(record.refusal_reason)),
    { label: "Started", value: <Time at={record.started_at} mode="exact" /> },
    {
      label: "Ended",
      value: <Time at={record.completed_at} mode="exact" />,
      hint: `after ${duration(record.duration_ms)}`,
    },
    { label: "Steps", value: count(record.steps) },
    {
      label: "Tokens",
      value: tokens(record.input_tokens + record.output_tokens),
      hint: `${count(record.input_tokens)} in, ${count(record.output_tokens)} out`,
    },
    {
      label: "Cost",
      value: costOf(record),
      hint: record.cost_is_complete ? undefined : "Some of its usage has no price.",
    },
  ];
}

function given(label: string, value: string | null): Fact[] {
  return value === null ? [] : [{ label, value }];
}

function hashFacts(record: RunRecord): Fact[] {
  return [
    {
      label: "First input",
      value: hash(record.prompt_commit, "none was sent"),
      hint: record.prompt_commit === null ? undefined : "A commitment; the payload itself may be gone.",
    },
    { label: "Last output", value: hash(record.response_commit, "none was sent") },
    { label: "Chain root", value: hash(record.root_hash, "none: the run has no records") },
    { label: "Seal", value: hash(record.seal_hash, "none: the run was not sealed") },
  ];
}

function hash(value: string | null, absent: string) {
  return value === null ? <span className="text-faint">{absent}</span> : <Identifier value={value} label="hash" />;
}
