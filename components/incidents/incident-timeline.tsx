"use client";

import {
  ArrowUpRight,
  Ban,
  CircleCheck,
  CircleDot,
  CirclePlay,
  CircleStop,
  Clock,
  Hand,
  type LucideIcon,
  MessageSquare,
  RotateCcw,
  TrendingUp,
} from "lucide-react";
import { useKnownActors } from "@/components/account/use-actor-names";
import { ListView } from "@/components/data/query-view";
import { Timeline, type TimelineItem } from "@/components/data/timeline";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { Section } from "@/components/ui/section";
import { Skeleton } from "@/components/ui/skeleton";
import { EmptyState } from "@/components/ui/states";
import type { TimelineEntry } from "@/server/incidents/contract";
import { type Moment, momentOf } from "./timeline-items";
import { useTimeline } from "./use-incident";

// A pause and its release have their tones' own.
const icons: Readonly<Record<Exclude<TimelineEntry["type"], "paused" | "released">, LucideIcon>> = {
  run_started: CirclePlay,
  inflection: Ban,
  run_ended: CircleStop,
  created: CircleDot,
  acknowledged: Hand,
  escalated: ArrowUpRight,
  severity_changed: TrendingUp,
  resolved: CircleCheck,
  reopened: RotateCcw,
  commented: MessageSquare,
  sla_due: Clock,
};

/** What happened to the incident and its run, oldest first; a due time that lies ahead comes last. */
export function IncidentTimeline({ incidentId }: { incidentId: string }) {
  const list = useTimeline(incidentId);
  const known = useKnownActors();
  return (
    <Section title="Timeline">
      {list.isPending ? (
        <Skeleton className="h-40 w-full" />
      ) : (
        <ListView
          list={list}
          columns={2}
          isFiltered={false}
          onClear={() => undefined}
          firstUse={<EmptyState title="Nothing is recorded" />}
          table={(entries, _total, more) => (
            <>
              <Timeline times="exact" items={entries.map((entry) => itemOf(momentOf(entry, known)))} />
              {more.hasMore ? (
                <Button size="small" variant="quiet" pending={more.loading} onClick={more.load}>
                  Show what came later
                </Button>
              ) : null}
            </>
          )}
        />
      )}
    </Section>
  );
}

function itemOf(moment: Moment): TimelineItem {
  const Icon = moment.type === "paused" || moment.type === "released" ? null : icons[moment.type];
  const { id, at, tone, title, by, said, facts, incidentId, isAhead } = moment;
  return {
    id,
    at,
    tone,
    icon: Icon && <Icon aria-hidden />,
    title: isAhead ? <span className="text-muted">{title}</span> : title,
    by: by === null ? null : `by ${by}`,
    body:
      said === null && facts.length === 0 && incidentId === null ? null : (
        <>
          {facts.map((line) => (
            <p key={line}>{line}</p>
          ))}
          {incidentId === null ? null : (
            <Link href={`/incidents/${incidentId}`} className="underline underline-offset-2">
              Its incident
            </Link>
          )}
          {said === null ? null : <p className="whitespace-pre-wrap border-l-2 pl-2 text-ink">{said}</p>}
        </>
      ),
  };
}
