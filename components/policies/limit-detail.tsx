"use client";

import { useActorName } from "@/components/account/use-actor-names";
import { amountOf } from "@/components/activity/metric-words";
import { type Fact, Facts } from "@/components/data/facts";
import { count, plural } from "@/components/data/format";
import { QueryView } from "@/components/data/query-view";
import { Countdown, Time } from "@/components/data/time";
import { LimitButtons } from "@/components/policies/limit-buttons";
import { LimitGauge } from "@/components/policies/limit-gauge";
import { limitScopeText } from "@/components/policies/limit-scope-text";
import { limitNotes, limitSentence, windowText } from "@/components/policies/limit-sentence";
import { EnforcementMark, IntegrityMark, LimitStateMark } from "@/components/policies/policy-marks";
import { limitCategoryWords, limitTypeWords } from "@/components/policies/policy-words";
import { useLimit } from "@/components/policies/use-limit";
import { NewestViolations } from "@/components/policies/violation-list";
import { Identifier } from "@/components/ui/identifier";
import { Mark } from "@/components/ui/mark";
import { Section } from "@/components/ui/section";
import { Skeleton } from "@/components/ui/skeleton";
import type { Action } from "@/server/platform/http/contract";
import type { LimitDetail as Detail, LimitCounter } from "@/server/policies/wire";

/** One limit, whole: the same beside the list and on its page. */
export function LimitDetail({ limitId }: { limitId: string }) {
  const limit = useLimit(limitId);
  return (
    <QueryView query={limit} skeleton={<DetailSkeleton />}>
      {({ entity, actions }) => <Loaded limit={entity} actions={actions} />}
    </QueryView>
  );
}

function Loaded({ limit, actions }: { limit: Detail; actions: readonly Action[] }) {
  return (
    <div className="@container">
      <div className="flex flex-col gap-6">
        <Headline limit={limit} actions={actions} />
        <div className="grid gap-x-12 gap-y-6 @3xl:grid-cols-[minmax(0,1fr)_minmax(18rem,22rem)]">
          <div className="flex min-w-0 flex-col gap-6">
            <Usage limit={limit} />
            <NewestViolations of={{ limit_id: limit.limit_id }} />
          </div>
          <div className="min-w-0">
            <LimitFacts limit={limit} />
          </div>
        </div>
      </div>
    </div>
  );
}

function Headline({ limit, actions }: { limit: Detail; actions: readonly Action[] }) {
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        {limit.status === "disabled" ? (
          <Mark tone="neutral">Switched off</Mark>
        ) : (
          <LimitStateMark state={limit.state} />
        )}
        <EnforcementMark enforcement={limit.enforcement} />
        <span className="text-muted text-xs">{limitCategoryWords[limit.limit_category].label}</span>
      </div>
      <p className="max-w-3xl text-base">{limitSentence(limit)}</p>
      <ul className="text-muted">
        {limitNotes(limit).map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
      {limit.description === null ? null : <p className="max-w-3xl text-muted">{limit.description}</p>}
      <LimitButtons limit={limit} actions={actions} />
    </div>
  );
}

function Usage({ limit }: { limit: Detail }) {
  if (limit.limit_category === "THRESHOLD" && limit.limit_type !== "CONCURRENT_RUNS") {
    return (
      <Section title="Used">
        <p className="text-muted">
          It is frozen with each run at its start and counted in the run: see a run's limits.
        </p>
      </Section>
    );
  }
  const { counters } = limit;
  return (
    <Section title="Used" aside={counters.length > 1 ? `the ${plural(counters.length, "fullest counter")}` : null}>
      {counters.length === 0 ? <p className="text-muted">Nothing has been counted yet.</p> : null}
      <ul className="border-t">
        {counters.map((counter) => (
          <Counter key={counter.scope_id ?? ""} limit={limit} counter={counter} />
        ))}
      </ul>
    </Section>
  );
}

function Counter({ limit, counter }: { limit: Detail; counter: LimitCounter }) {
  const amount = (value: number | null) => amountOf(limit.limit_type, value);
  return (
    <li className="grid gap-1 border-b py-2">
      <div className="flex items-center gap-3">
        <span className="min-w-0 flex-1 truncate font-medium">{counter.scope_id ?? "All runs"}</span>
        <span className="text-muted text-xs">
          {counter.resets_at === null ? null : (
            <>
              starts anew in <Countdown to={counter.resets_at} />
            </>
          )}
        </span>
      </div>
      <LimitGauge limit={limit} usage={counter} />
      <p className="flex flex-wrap gap-x-4 text-muted text-xs tabular-nums">
        <span>Used {amount(counter.used)}</span>
        <span title="Admitted steps that have not reported yet">Reserved {amount(counter.reserved)}</span>
        {counter.presumed === null || counter.presumed === 0 ? null : (
          <span title="Steps that passed their time-out; counted until the run's end">
            Presumed {amount(counter.presumed)}
          </span>
        )}
        <span className="text-ink">Remaining {amount(counter.remaining)}</span>
      </p>
    </li>
  );
}

function LimitFacts({ limit }: { limit: Detail }) {
  const nameOf = useActorName();
  const by = (actor: string, at: string) => (
    <>
      {nameOf(actor)}, <Time at={at} />
    </>
  );
  return (
    <Section title="Definition">
      <Facts
        items={[
          { label: "Counts", value: limitTypeWords[limit.limit_type].label },
          { label: "At most", value: amountOf(limit.limit_type, limit.max_value) },
          { label: "Holds for", value: limitScopeText(limit) },
          ...(limit.scope.ids.length > 1 ? [{ label: "Which", value: limit.scope.ids.join(", ") }] : []),
          { label: "Signal at", value: `${limit.near_percentage}%` },
          ...spanFacts(limit),
          { label: "Set by", value: by(limit.created_by, limit.created_at) },
          ...(limit.version === 1 ? [] : [{ label: "Changed by", value: by(limit.updated_by, limit.updated_at) }]),
          { label: "Version", value: count(limit.version) },
          { label: "Integrity", value: <IntegrityMark status={limit.integrity.status} /> },
          { label: "Limit id", value: <Identifier value={limit.limit_id} label="Limit id" /> },
        ]}
      />
    </Section>
  );
}

function spanFacts({ limit_category, window_seconds, resets_at }: Detail): Fact[] {
  if (limit_category === "THRESHOLD") return [];
  if (limit_category === "RATE")
    return [{ label: "In any", value: windowText(window_seconds), hint: "The window slides." }];
  return [{ label: "Starts anew", value: resets_at === null ? "never" : <Time at={resets_at} mode="exact" /> }];
}

function DetailSkeleton() {
  return (
    <div className="flex flex-col gap-4" aria-busy>
      <Skeleton className="h-5 w-48" />
      <Skeleton className="h-6 w-full" />
      <Skeleton className="h-8 w-48" />
      <Skeleton className="h-40 w-full" />
    </div>
  );
}
