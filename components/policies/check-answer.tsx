"use client";

import { useQuery } from "@tanstack/react-query";
import { amountOf } from "@/components/activity/metric-words";
import { Facts } from "@/components/data/facts";
import { duration, plural } from "@/components/data/format";
import {
  byMetric,
  conditionRules,
  refusalText,
  strategyNote,
  trialRules,
  type Winner,
  winnersOf,
} from "@/components/policies/arbitration";
import { limitEnforcementWords, scopeTypeWords } from "@/components/policies/policy-words";
import { limitHref, ruleHref } from "@/components/policies/rule-href";
import { Callout } from "@/components/ui/callout";
import { Link } from "@/components/ui/link";
import { Mark } from "@/components/ui/mark";
import { Section } from "@/components/ui/section";
import type { checkRun } from "@/server/gate/contract";
import { api } from "@/server/platform/http/client";
import type { OutputOf } from "@/server/platform/http/contract";
import { listLimits } from "@/server/policies/contract";

type Answer = OutputOf<typeof checkRun>;
type Summary = NonNullable<Answer["policy_snapshot"]>;

/** Whether such a run would start, what would hold for it, and what lost against that. */
export function CheckAnswer({ answer, agent }: { answer: Answer; agent: string }) {
  const { refusal, policy_snapshot: summary } = answer;
  return (
    <div className="flex flex-col gap-6">
      {refusal === null ? (
        <Callout tone="allow" title={`A run of “${agent}” would start`}>
          {summary === null ? null : held(summary)}
        </Callout>
      ) : (
        <Callout tone="deny" title={`A run of “${agent}” would not start`}>
          {refusalText(refusal.reason, refusal.detail)}
        </Callout>
      )}
      {summary === null ? null : <Held summary={summary} />}
    </div>
  );
}

function held({ windows, policies }: Summary): string {
  const rules = plural(policies.filter(({ rollout }) => rollout === "active").length, "rule");
  return `It would be held to ${rules} and ${plural(windows.length, "limit over time", "limits over time")}.`;
}

function Held({ summary }: { summary: Summary }) {
  const { data } = useQuery(api.query(listLimits, { query: { page_size: 100 } }));
  const limitNames = new Map(data?.items.map((limit) => [limit.limit_id, limit.name]));
  const winners = winnersOf(summary, (id) => limitNames.get(id));
  return (
    <>
      <Section title="What holds for the run" aside={strategyNote(summary)}>
        {byMetric(summary, winners).map(({ metric, winners: own }) => (
          <div key={metric} className="grid gap-x-4 border-t py-2 sm:grid-cols-[11rem_minmax(0,1fr)]">
            <h3 className="font-medium">{metric}</h3>
            <div className="grid gap-2">
              {own.map((winner) => (
                <WinnerRow key={winner.key} winner={winner} />
              ))}
            </div>
          </div>
        ))}
        {winners.length === 0 ? <p className="text-muted">No number is limited.</p> : null}
      </Section>
      <Conditions summary={summary} />
      <Windows summary={summary} />
      <Trials summary={summary} />
      <Defaults summary={summary} />
    </>
  );
}

function WinnerRow({ winner }: { winner: Winner }) {
  return (
    <div>
      <p className="flex flex-wrap items-center gap-x-2">
        <Mark tone="accent">{winner.losers.length === 0 ? "Holds" : "Wins"}</Mark>
        <PartyLink party={winner} />
        <span>{winner.says}</span>
        {winner.note === null ? null : <span className="text-muted text-xs">{winner.note}</span>}
      </p>
      {winner.losers.map((loser) => (
        <p
          key={`${loser.policyId ?? loser.limitId}:${loser.says}:${loser.why}`}
          className="flex flex-wrap gap-x-2 pl-4 text-muted text-xs leading-5"
        >
          <span aria-hidden>↳</span>
          <PartyLink party={loser} />
          <span className="line-through decoration-strong">{loser.says}</span>
          <span>{loser.why}</span>
        </p>
      ))}
    </div>
  );
}

function PartyLink({ party }: { party: { policyId: string | null; limitId: string | null; name: string } }) {
  const { policyId, limitId, name } = party;
  if (policyId === null && limitId === null) return <span>{name}</span>;
  return (
    <Link
      href={policyId === null ? limitHref(limitId ?? "") : ruleHref(policyId)}
      className="underline decoration-line underline-offset-2 hover:decoration-strong"
    >
      {name}
    </Link>
  );
}

function Conditions({ summary }: { summary: Summary }) {
  const rules = conditionRules(summary);
  if (rules.length === 0) return null;
  return (
    <Section title="Conditions beside them">
      <p className="mb-1 text-muted">
        Conditions do not compete: each that holds at a step acts, and the harshest wins there.
      </p>
      <RuleList rules={rules} />
    </Section>
  );
}

function Trials({ summary }: { summary: Summary }) {
  const rules = trialRules(summary);
  if (rules.length === 0) return null;
  return (
    <Section title="On trial">
      <p className="mb-1 text-muted">They are decided and recorded, and never act or win.</p>
      <RuleList rules={rules} />
    </Section>
  );
}

function RuleList({ rules }: { rules: Summary["policies"] }) {
  return (
    <ul className="border-t">
      {rules.map((rule) => (
        <li key={rule.policy_id} className="flex min-h-(--row) items-center gap-3 border-b">
          <PartyLink party={{ policyId: rule.policy_id, limitId: null, name: rule.name }} />
          <span className="text-muted text-xs">
            version {rule.version}, holds for {lower(scopeTypeWords[rule.bound_by].label)}, precedence {rule.precedence}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Windows({ summary: { windows } }: { summary: Summary }) {
  if (windows.length === 0) return null;
  return (
    <Section title="Limits over time">
      <p className="mb-1 text-muted">All of them must have room. They are shared with other runs and stay live.</p>
      <ul className="border-t">
        {windows.map((window) => (
          <li key={window.limit_id} className="flex min-h-(--row) flex-wrap items-center gap-3 border-b">
            <PartyLink party={{ policyId: null, limitId: window.limit_id, name: window.name }} />
            <span className="text-muted text-xs">
              {lower(limitEnforcementLabel(window.enforcement))} beyond {amountOf(window.limit_type, window.max_value)}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Defaults({ summary: { defaults } }: { summary: Summary }) {
  return (
    <Section title="And for every run">
      <Facts
        items={[
          { label: "A step may take", value: duration(defaults.step_timeout_ms), hint: "Then its reservation lapses." },
          { label: "A run may be silent", value: duration(defaults.run_timeout_ms) },
          { label: "A pause may last", value: duration(defaults.pause_timeout_ms) },
          {
            label: "A step without a price",
            value: defaults.unpriced === "block" ? "is blocked" : "goes on, with a signal",
          },
        ]}
      />
    </Section>
  );
}

function limitEnforcementLabel(enforcement: string): string {
  return Object.entries(limitEnforcementWords).find(([name]) => name === enforcement)?.[1].label ?? enforcement;
}

function lower(text: string): string {
  return text.replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase());
}
