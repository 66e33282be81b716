"use client";

import { useActorName } from "@/components/account/use-actor-names";
import { CodeBlock } from "@/components/data/code-block";
import { Facts } from "@/components/data/facts";
import { count } from "@/components/data/format";
import { QueryView } from "@/components/data/query-view";
import { Time } from "@/components/data/time";
import { bindWords, conflictWords, failureModeWords } from "@/components/policies/exact-words";
import { EnforcementMark, IntegrityMark, SeverityMark, StandingMark } from "@/components/policies/policy-marks";
import { categoryWords, ruleTypeWords } from "@/components/policies/policy-words";
import { RuleButtons } from "@/components/policies/rule-buttons";
import { violationsHref } from "@/components/policies/rule-href";
import { scopesText } from "@/components/policies/rule-scope-text";
import { ruleNotes, ruleSentence } from "@/components/policies/rule-sentence";
import { RuleSnapshots } from "@/components/policies/rule-snapshots";
import { RuleVersions } from "@/components/policies/rule-versions";
import { useIncidentsOf, useRule, useViolationsOf } from "@/components/policies/use-rule";
import { NewestViolations } from "@/components/policies/violation-list";
import { Callout } from "@/components/ui/callout";
import { Identifier } from "@/components/ui/identifier";
import { Link } from "@/components/ui/link";
import { Section } from "@/components/ui/section";
import { Skeleton } from "@/components/ui/skeleton";
import type { Action } from "@/server/platform/http/contract";
import type { Policy } from "@/server/policies/wire";

/** One rule, whole: the same beside the list and on its page. */
export function RuleDetail({ policyId }: { policyId: string }) {
  const rule = useRule(policyId);
  return (
    <QueryView query={rule} skeleton={<DetailSkeleton />}>
      {({ entity, actions }) => <Loaded rule={entity} actions={actions} />}
    </QueryView>
  );
}

function Loaded({ rule, actions }: { rule: Policy; actions: readonly Action[] }) {
  return (
    <div className="@container">
      <div className="flex flex-col gap-6">
        <RuleHeadline rule={rule} actions={actions} />
        <div className="grid gap-x-12 gap-y-6 @3xl:grid-cols-[minmax(0,1fr)_minmax(18rem,22rem)]">
          <div className="flex min-w-0 flex-col gap-6 @3xl:col-start-2 @3xl:row-start-1">
            <RuleEffect policyId={rule.policy_id} />
            <RuleFacts rule={rule} />
          </div>
          <div className="flex min-w-0 flex-col gap-6 @3xl:col-start-1 @3xl:row-start-1">
            <NewestViolations of={{ policy_id: rule.policy_id }} />
            <RuleVersions policyId={rule.policy_id} />
            <RuleSnapshots policyId={rule.policy_id} />
          </div>
        </div>
      </div>
    </div>
  );
}

function RuleHeadline({ rule, actions }: { rule: Policy; actions: readonly Action[] }) {
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <StandingMark rule={rule} quiet={false} />
        <EnforcementMark enforcement={rule.enforcement} />
        <span className="text-muted text-xs">{ruleTypeWords[rule.rule_type].label}</span>
      </div>
      <p className="max-w-3xl text-base">{ruleSentence(rule)}</p>
      {rule.condition === null ? null : <CodeBlock code={rule.condition} language="CEL" label="Condition" />}
      <Notes notes={rule.status === "retired" ? [] : ruleNotes(rule)} />
      {rule.description === null ? null : <p className="max-w-3xl text-muted">{rule.description}</p>}
      {rule.status === "retired" ? <Retired rule={rule} /> : null}
      <RuleButtons rule={rule} actions={actions} />
    </div>
  );
}

function Notes({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null;
  return (
    <ul className="text-muted">
      {notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
    </ul>
  );
}

function Retired({ rule }: { rule: Policy }) {
  const nameOf = useActorName();
  return (
    <Callout tone="neutral" title="Retired">
      By {rule.retired_by === null ? "unknown" : nameOf(rule.retired_by)}, <Time at={rule.retired_at} />:{" "}
      {rule.retirement_reason ?? "no reason was given"}
    </Callout>
  );
}

function RuleEffect({ policyId }: { policyId: string }) {
  const { violations, isLowerBound, lastAt, isLoading } = useViolationsOf({ policy_id: policyId });
  const incidents = useIncidentsOf(policyId);
  const loading = <Skeleton className="h-3 w-10" />;
  return (
    <Section title="Effect so far">
      <Facts
        items={[
          {
            label: "Violations",
            value: isLoading ? (
              loading
            ) : (
              <Link href={violationsHref({ policy_id: policyId })} className="hover:underline">
                {count(violations)}
                {isLowerBound ? "+" : ""}
              </Link>
            ),
          },
          { label: "Incidents", value: incidents.isLoading ? loading : count(incidents.total) },
          {
            label: "Last triggered",
            value: isLoading ? loading : lastAt === null ? violations === 0 ? "never" : null : <Time at={lastAt} />,
          },
        ]}
      />
    </Section>
  );
}

function RuleFacts({ rule }: { rule: Policy }) {
  const nameOf = useActorName();
  const failure = failureModeWords[rule.failure_mode ?? "null"];
  const by = (actor: string, at: string) => (
    <>
      {nameOf(actor)}, <Time at={at} />
    </>
  );
  return (
    <Section title="Definition">
      <Facts
        items={[
          { label: "Holds for", value: scopesText(rule.scopes) },
          { label: "Looked at", value: bindWords[rule.bind_at].label },
          { label: "Precedence", value: count(rule.precedence), hint: "The lower number is the stronger rule." },
          {
            label: "When rules conflict",
            value: conflictWords[rule.conflict_strategy].label,
            hint: conflictWords[rule.conflict_strategy].hint,
          },
          { label: "If it fails", value: failure.label, hint: failure.hint },
          {
            label: "Severity",
            value: rule.severity === null ? "By the violation" : <SeverityMark severity={rule.severity} />,
          },
          { label: "Category", value: categoryWords[rule.category].label },
          { label: "Set by", value: by(rule.created_by, rule.created_at) },
          ...(rule.version === 1 ? [] : [{ label: "Changed by", value: by(rule.updated_by, rule.updated_at) }]),
          { label: "Version", value: count(rule.version) },
          { label: "Integrity", value: <IntegrityMark status={rule.integrity.status} /> },
          { label: "Policy id", value: <Identifier value={rule.policy_id} label="Policy id" /> },
        ]}
      />
    </Section>
  );
}

function DetailSkeleton() {
  return (
    <div className="flex flex-col gap-4" aria-busy>
      <Skeleton className="h-5 w-48" />
      <Skeleton className="h-6 w-full" />
      <Skeleton className="h-8 w-64" />
      <Skeleton className="h-72 w-full" />
    </div>
  );
}
