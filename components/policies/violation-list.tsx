"use client";

import { runHref } from "@/components/activity/run-href";
import { plural } from "@/components/data/format";
import { Time } from "@/components/data/time";
import { ViolationMark } from "@/components/policies/policy-marks";
import type { RuleOrLimit } from "@/components/policies/policy-queries";
import { violationsHref } from "@/components/policies/rule-href";
import { useViolationsOf } from "@/components/policies/use-rule";
import { violationText } from "@/components/policies/violation-text";
import { Link } from "@/components/ui/link";
import { Section } from "@/components/ui/section";
import { Skeleton } from "@/components/ui/skeleton";
import type { PolicyViolation } from "@/server/policies/wire";

/** The newest violations of one rule or limit, and the way to all of them. */
export function NewestViolations({ of }: { of: RuleOrLimit }) {
  const { items, violations, isLoading, isFailed } = useViolationsOf(of);
  const all = violations === null || violations === 0 ? null : <AllViolations of={of} total={violations} />;
  return (
    <Section title="Newest violations" aside={all}>
      {isLoading ? <Skeleton className="h-16 w-full" /> : null}
      {isFailed ? <p className="text-muted">They could not be read.</p> : null}
      {!isLoading && !isFailed && items.length === 0 ? <p className="text-muted">It was never broken.</p> : null}
      {items.length === 0 ? null : (
        <ul className="border-t">
          {items.map((violation) => (
            <Row key={violation.violation_id} violation={violation} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function AllViolations({ of, total }: { of: RuleOrLimit; total: number }) {
  return (
    <Link href={violationsHref(of)} className="hover:text-ink hover:underline">
      {total === 1 ? "Show it" : `All ${plural(total, "violation")}`}
    </Link>
  );
}

function Row({ violation }: { violation: PolicyViolation }) {
  return (
    <li className="flex min-h-(--row) flex-wrap items-center gap-x-3 gap-y-0.5 border-b py-1">
      <ViolationMark action={violation.action} />
      <span className="min-w-0 max-sm:order-last max-sm:basis-full sm:flex-1 sm:truncate" title={violation.reason}>
        {violation.run_id === null ? (
          violationText(violation)
        ) : (
          <Link href={runHref(violation.run_id)} className="hover:underline">
            {violationText(violation)}
          </Link>
        )}
      </span>
      <span className="ml-auto shrink-0 text-muted text-xs">
        <Time at={violation.recorded_at} />
      </span>
    </li>
  );
}
