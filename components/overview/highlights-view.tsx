"use client";

import { useQuery } from "@tanstack/react-query";
import { QueryView } from "@/components/data/query-view";
import { Time } from "@/components/data/time";
import { TopicPage } from "@/components/shell/topic-page";
import { Section } from "@/components/ui/section";
import { Skeleton } from "@/components/ui/skeleton";
import { getHighlights, type Highlights } from "@/server/overview/contract";
import { api } from "@/server/platform/http/client";
import { Changes } from "./changes";
import { DegradedNote } from "./degraded-note";
import { DomainCounts } from "./domain-counts";
import { LatestEvents } from "./latest-events";
import { PulsePanel } from "./pulse-panel";

/** Overview › Highlights: how it stands, why, and what happened. */
export function HighlightsView({ days }: Readonly<{ days: number }>) {
  const query = useQuery(api.query(getHighlights, { query: { days } }));
  return (
    <TopicPage topic="OVR-SUM-HIGH">
      <div className="flex max-w-6xl flex-col gap-8 px-4 py-5">
        <QueryView query={query} skeleton={<HighlightsSkeleton />}>
          {(highlights) => <Panels highlights={highlights} days={days} />}
        </QueryView>
      </div>
    </TopicPage>
  );
}

function Panels({ highlights, days }: Readonly<{ highlights: Highlights; days: number }>) {
  const { pulse, domain_counts, changes, latest_events, last_activity_at, as_of, degraded } = highlights;
  return (
    <>
      <DegradedNote degraded={degraded} />
      <PulsePanel pulse={pulse} asOf={as_of} />
      <Section title="By domain">
        <DomainCounts counts={domain_counts} />
      </Section>
      <div className="grid gap-8 lg:grid-cols-2">
        <Section
          title={
            days === 1 ? "The last day against the one before" : `The last ${days} days against the ${days} before`
          }
        >
          <Changes figures={changes.figures} />
        </Section>
        <Section
          title="Latest"
          aside={
            last_activity_at === null ? (
              "no activity yet"
            ) : (
              <>
                last activity <Time at={last_activity_at} />
              </>
            )
          }
        >
          <LatestEvents events={latest_events} />
        </Section>
      </div>
    </>
  );
}

function HighlightsSkeleton() {
  return (
    <>
      <Skeleton className="h-32" />
      <Skeleton className="h-44" />
      <div className="grid gap-8 lg:grid-cols-2">
        <Skeleton className="h-52" />
        <Skeleton className="h-96" />
      </div>
    </>
  );
}
