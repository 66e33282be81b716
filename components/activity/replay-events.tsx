"use client";

import { useEffect, useRef } from "react";
import { useActorName } from "@/components/account/use-actor-names";
import { classes } from "@/components/ui/classes";
import { Mark } from "@/components/ui/mark";
import type { TimelineEvent } from "@/server/activity/contract";
import { fromCentre } from "./replay-frames";
import { laneWords } from "./replay-scale";
import { wordsOfEvent } from "./replay-words";

interface ReplayEventsProps {
  timeline: readonly TimelineEvent[];
  /** The newest that has happened; −1 before the first. */
  current: number;
  onSeek: (offset: number) => void;
}

/** Every event of the window in order; what has not happened yet is faint. */
export function ReplayEvents({ timeline, current, onSeek }: ReplayEventsProps) {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const row = list.current?.children[current];
    if (!(row instanceof HTMLElement) || list.current === null) return;
    const { offsetTop, offsetHeight } = row;
    const { scrollTop, clientHeight } = list.current;
    if (offsetTop < scrollTop || offsetTop + offsetHeight > scrollTop + clientHeight) {
      list.current.scrollTop = offsetTop - clientHeight / 2;
    }
  }, [current]);
  if (timeline.length === 0) return <p className="text-muted">Nothing happened in these 60 seconds.</p>;
  return (
    <ol ref={list} className="relative max-h-72 overflow-y-auto">
      {timeline.map((event, index) => (
        <li key={`${event.source}-${event.offset_ms}-${event.seq ?? ""}-${event.action}-${event.step_index ?? ""}`}>
          <button
            type="button"
            aria-current={index === current ? "step" : undefined}
            onClick={() => onSeek(event.offset_ms)}
            className={classes(
              "grid min-h-7 w-full grid-cols-[4rem_3.5rem_minmax(0,1fr)] items-baseline gap-3 border-b px-1 py-1 text-left hover:bg-hover",
              index === current && "bg-selected",
              index > current && "text-faint",
            )}
          >
            <span className="text-right text-xs tabular-nums">{fromCentre(event.offset_ms)}</span>
            <span className="text-xs">{laneWords[event.source]}</span>
            <EventWords event={event} />
          </button>
        </li>
      ))}
    </ol>
  );
}

function EventWords({ event }: { event: TimelineEvent }) {
  const { deed, outcome } = wordsOfEvent(event, useActorName());
  const place = event.step_index === null || event.step_index < 1 ? "" : `Step ${event.step_index}: `;
  return (
    <span className="flex min-w-0 flex-wrap items-baseline gap-x-2">
      {event.is_inflection ? <Mark tone="deny">Turning point</Mark> : null}
      <span className="min-w-0 break-words">
        {place}
        {deed}
      </span>
      <span className="min-w-0 break-words text-xs opacity-80">{outcome}</span>
    </span>
  );
}
