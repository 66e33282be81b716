"use client";

import { useQuery } from "@tanstack/react-query";
import { runHref } from "@/components/activity/run-href";
import { plural, shortId } from "@/components/data/format";
import { QueryView } from "@/components/data/query-view";
import { Time } from "@/components/data/time";
import { IntegrityMark } from "@/components/policies/policy-marks";
import { snapshotsQuery } from "@/components/policies/policy-queries";
import { Link } from "@/components/ui/link";
import { Section } from "@/components/ui/section";
import { Skeleton } from "@/components/ui/skeleton";
import { api } from "@/server/platform/http/client";
import { getSnapshot, listSnapshots } from "@/server/policies/contract";
import type { PolicySnapshot } from "@/server/policies/wire";

/** The runs for which the rule was frozen last; each snapshot is hashed again as it is shown. */
export function RuleSnapshots({ policyId }: { policyId: string }) {
  const list = useQuery(api.query(listSnapshots, snapshotsQuery(policyId)));
  const total = list.data?.pagination.total;
  return (
    <Section title="Frozen for runs" aside={total === undefined ? null : plural(total, "run")}>
      <p className="mb-2 text-muted">A run is held to the version that was in force when it started, to its end.</p>
      <QueryView query={list} skeleton={<Skeleton className="h-16 w-full" />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="text-muted">No run has started under it yet.</p>
          ) : (
            <ul className="border-t">
              {items.map((snapshot) => (
                <Row key={snapshot.snapshot_id} snapshot={snapshot} />
              ))}
            </ul>
          )
        }
      </QueryView>
    </Section>
  );
}

function Row({ snapshot }: { snapshot: PolicySnapshot }) {
  return (
    <li className="flex min-h-(--row) flex-wrap items-center gap-x-3 border-b py-1">
      <Link href={runHref(snapshot.run_id)} className="font-mono text-xs hover:underline" title={snapshot.run_id}>
        {shortId(snapshot.run_id)}
      </Link>
      <span className="text-muted text-xs">
        {plural(snapshot.policy_count, "rule")}
        {snapshot.ambiguous ? ", ambiguous" : ""}
      </span>
      <SnapshotIntegrity snapshotId={snapshot.snapshot_id} />
      <span className="ml-auto shrink-0 text-muted text-xs">
        <Time at={snapshot.created_at} />
      </span>
    </li>
  );
}

function SnapshotIntegrity({ snapshotId }: { snapshotId: string }) {
  const { data, isPending } = useQuery({
    ...api.query(getSnapshot, { params: { snapshot_id: snapshotId } }),
    staleTime: 300_000,
  });
  if (isPending) return <Skeleton className="h-3 w-24" />;
  if (data === undefined) return <span className="text-faint text-xs">unknown</span>;
  return <IntegrityMark status={data.entity.integrity.status} />;
}
