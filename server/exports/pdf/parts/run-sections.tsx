// The sections about one run, as the evidence and the SOC 2 document have them.

import { View } from "@react-pdf/renderer";
import type { EvidenceBundle } from "@/server/exports/content/bundle-types";
import type { SOC2Bundle } from "@/server/exports/content/soc2-bundle-types";
import { type Inflection, runChart } from "@/server/exports/pdf/chart-layout";
import { actor, count, decimal, instant, milliseconds, money, none, words, yesNo } from "@/server/exports/pdf/figures";
import { isLong } from "@/server/exports/pdf/listing";
import { stepsAroundInflection } from "@/server/exports/pdf/listings/run-listings";
import { Callout, type Fact, Facts, Heading, isLongText, Note, Prose } from "@/server/exports/pdf/parts/blocks";
import { Listed, type SectionOf, type Setting } from "@/server/exports/pdf/parts/common-sections";
import { Rows } from "@/server/exports/pdf/parts/data-table";
import { RunChartFigure } from "@/server/exports/pdf/parts/run-chart";
import { isRunsOwn, summarySentences, type Violated, violatedIn } from "@/server/exports/pdf/summary";
import { contentWidth } from "@/server/exports/pdf/theme";

export type RunBundle = EvidenceBundle | SOC2Bundle;

export function InOneMinute({ bundle }: { bundle: RunBundle }) {
  const tone = bundle.integrity.verified === false ? "bad" : "plain";
  const sentences = summarySentences(bundle);
  return (
    <Callout tone={tone} title="In one minute" isLong={isLongText(sentences)}>
      {sentences.map((sentence) => (
        <Prose key={sentence}>{sentence}</Prose>
      ))}
    </Callout>
  );
}

export function ChartOf({ bundle }: { bundle: RunBundle }) {
  const absent = bundle.steps_included
    ? "There are no steps to draw."
    : "The steps were left out at the exporter's request; there is nothing to draw.";
  const { steps, policy_context, signals } = bundle;
  return <RunChartFigure chart={runChart(steps, policy_context, signals, inflectionOf(bundle))} absent={absent} />;
}

function inflectionOf({ incident, policy_context, ...run }: RunBundle): Inflection {
  const { violation } = incident;
  const isOther = violation !== null && !isRunsOwn(policy_context, violation);
  const isFirst = !isOther && violation?.step_index === run.violation_step_index;
  return { isOther, decidedAt: isFirst ? (violation?.timestamp ?? null) : run.violation_timestamp };
}

export function summarySection(bundle: RunBundle): SectionOf {
  return { title: "Summary of the run", content: <Facts facts={runFacts(bundle)} /> };
}

function runFacts(bundle: RunBundle): Fact[] {
  const presumed = bundle.presumed_tokens ?? 0;
  return [
    { name: "Run", value: bundle.run_id ?? none, face: "mono" },
    { name: "Trace", value: bundle.trace_id ?? none, face: "mono" },
    { name: "Tenant", value: `${bundle.tenant_name ?? ""} ${bundle.tenant_id}`.trim() },
    {
      name: "Agent",
      value: bundle.agent_id === null ? none : `${bundle.agent_id} (verified: ${yesNo(bundle.agent_verified)})`,
    },
    { name: "Goal (runner's words)", value: bundle.run_goal ?? none },
    { name: "Started", value: `${instant(bundle.run_started_at)} by ${actor(bundle.started_by)}` },
    { name: "Ended", value: instant(bundle.run_completed_at) },
    { name: "Steps", value: `${count(bundle.total_steps)}, of which ${count(bundle.steps_completed)} have a result` },
    {
      name: "Tokens (runner's claim)",
      value: `${count(bundle.total_tokens)}${presumed > 0 ? `, and ${count(presumed)} presumed for steps never reported` : ""}`,
    },
    { name: "Cost", value: `${bundle.cost_is_complete === false ? "at least " : ""}${money(bundle.total_cost_cents)}` },
    { name: "Duration", value: milliseconds(bundle.total_duration_ms) },
    {
      name: "Ended as",
      value: `${words(bundle.run_status)}: ${words(bundle.termination_reason)}${bundle.end_note === null ? "" : ` (${words(bundle.end_note)})`}`,
    },
    {
      name: "Violation at step",
      value: violationAt(bundle),
      ...(bundle.violation_step_index === null ? {} : { tone: "bad" as const }),
    },
    {
      name: "Stopped at step",
      value: bundle.stopped_at_step === null ? "not stopped" : String(bundle.stopped_at_step),
    },
  ];
}

/** The incident's own, and beside it the step at which another incident's ended the run. */
function violationAt({
  incident: { violation },
  violation_step_index: ended,
  policy_context: policy,
}: RunBundle): string {
  if (violation === null) return ended === null ? "none" : String(ended);
  const own = `${violation.step_index}, ${instant(violation.timestamp)}`;
  if (ended === null || ended === violation.step_index) return own;
  const name = policy.violated_policy_name;
  return `${own}; the run ended over that of step ${ended}${name === null ? "" : `, “${name}”`}`;
}

export function stepsSection(bundle: RunBundle, setting: Setting): SectionOf {
  const steps = setting.listings.find(({ id }) => id === "steps");
  const isElsewhere = steps !== undefined && isLong(steps);
  return {
    title: "Execution timeline",
    content: (
      <>
        <Listed id="steps" setting={setting} />
        {isElsewhere ? (
          <View>
            <Heading>
              {bundle.violation_step_index === null ? "The last steps" : "The steps around the inflection"}
            </Heading>
            <Rows listing={steps} rows={stepsAroundInflection(steps, bundle.steps).rows} />
            <View style={{ height: 6 }} />
          </View>
        ) : null}
        <Note>
          * What the runner says (self-reported). Times are the server's. “est.”: no result has come, so what was
          reserved is shown. Content hashes and record numbers of every step are in the attached JSON.
        </Note>
      </>
    ),
  };
}

export function policySection(bundle: RunBundle, setting: Setting): SectionOf {
  const policy = bundle.policy_context;
  return {
    title: "Policy context",
    content: (
      <>
        <Violation bundle={bundle} />
        <Facts
          facts={[
            { name: "Snapshot", value: policy.policy_snapshot_id ?? none, face: "mono" },
            { name: "Snapshot hash", value: policy.snapshot_hash ?? none, face: "mono" },
            { name: "Conflicts settled by", value: words(policy.strategy) },
          ]}
        />
        <Heading>Policies in force</Heading>
        <Listed id="policies" setting={setting} />
        <Heading>Threshold signals</Heading>
        <Listed id="signals" setting={setting} />
        <Heading>Enforcement decisions</Heading>
        <Listed id="enforcements" setting={setting} />
        <Heading>Overrides used</Heading>
        <Listed id="overrides" setting={setting} />
      </>
    ),
  };
}

function Violation({ bundle }: { bundle: RunBundle }) {
  const violated = violatedIn(bundle);
  if (violated.violation_type === null && violated.policy_name === null)
    return <Prose soft>No policy was violated.</Prose>;
  const { policy_context: ended } = bundle;
  const isOther = bundle.incident.violation !== null && !isRunsOwn(ended, bundle.incident.violation);
  return (
    <>
      <ViolatedCallout policy={violated} />
      {isOther ? (
        <Prose>{`The run ended over another policy: ${ended.violated_policy_name ?? words(ended.source)}, at step ${bundle.violation_step_index ?? none}: ${ended.reason ?? "no reason is given"}.`}</Prose>
      ) : null}
    </>
  );
}

function ViolatedCallout({ policy }: { policy: Violated }) {
  const id = policy.policy_id ?? policy.limit_id;
  return (
    <Callout
      tone="bad"
      isLong={isLongText([policy.reason ?? "", policy.policy_name ?? ""])}
      title={`Violated: ${policy.policy_name ?? words(policy.source)}`}
    >
      <Facts
        columns={2}
        room={contentWidth - 27}
        facts={[
          { name: "Type", value: words(policy.violation_type) },
          { name: "Severity", value: policy.severity ?? none },
          { name: "Metric", value: policy.metric ?? none },
          { name: "Source", value: words(policy.source) },
          { name: "Threshold", value: decimal(policy.threshold_value) || none },
          { name: policy.projected === true ? "Would be" : "Actual", value: decimal(policy.actual_value) || none },
          {
            name: "Over by",
            value:
              policy.excess === null
                ? none
                : `${decimal(policy.excess)}${policy.excess_percentage === null ? "" : ` (${policy.excess_percentage} %)`}`,
          },
        ]}
      />
      <Facts room={contentWidth - 27} nameWidth={78} facts={[{ name: "Id", value: id ?? none, face: "mono" }]} />
      {policy.reason === null ? null : <Prose>{policy.reason}</Prose>}
    </Callout>
  );
}

export function custodySections(setting: Setting): SectionOf[] {
  return [
    { title: "Incident timeline", content: <Listed id="timeline" setting={setting} /> },
    { title: "Chain of custody", content: <Listed id="custody" setting={setting} /> },
  ];
}
