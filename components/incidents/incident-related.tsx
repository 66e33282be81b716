"use client";

import { QueryView } from "@/components/data/query-view";
import { Time } from "@/components/data/time";
import { Link } from "@/components/ui/link";
import { Section } from "@/components/ui/section";
import { Skeleton } from "@/components/ui/skeleton";
import type { Relation } from "@/server/incidents/contract";
import { SeverityMark, StatusMark } from "./marks";
import { useRelated } from "./use-incident";

const reasons: Readonly<Record<Relation, string>> = {
  same_run: "same run",
  same_policy: "same policy",
  same_category_and_agent: "same agent and kind, within 30 days",
};

export function IncidentRelated({ incidentId }: { incidentId: string }) {
  const related = useRelated(incidentId);
  const total = related.data?.pagination.total ?? 0;
  const shown = related.data?.items.length ?? 0;
  return (
    <Section title="Related incidents" aside={total > shown ? `${shown} of ${total}` : null}>
      <QueryView query={related} skeleton={<Skeleton className="h-16 w-full" />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="text-muted">None: no other incident shares its run, its policy, or its agent and kind.</p>
          ) : (
            <ul className="flex flex-col divide-y divide-line border-line border-y">
              {items.map(({ incident, relations }) => (
                <li key={incident.incident_id}>
                  <Link href={`/incidents/${incident.incident_id}`} className="block px-1 py-2 hover:bg-hover">
                    <span className="block truncate">{incident.title}</span>
                    <span className="flex flex-wrap items-center gap-x-2 text-muted text-xs">
                      <SeverityMark severity={incident.severity} quiet />
                      <StatusMark status={incident.status} quiet />
                      <span>{relations.map((relation) => reasons[relation]).join(", ")}</span>
                      <span className="ml-auto">
                        <Time at={incident.created_at} />
                      </span>
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
    </Section>
  );
}
