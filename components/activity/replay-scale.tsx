"use client";

import { type KeyboardEvent, type PointerEvent, useMemo } from "react";
import { useActorName } from "@/components/account/use-actor-names";
import { classes } from "@/components/ui/classes";
import type { Replay, TimelineEvent } from "@/server/activity/contract";
import { CENTRE_MS, fromCentre, type Lane, type LaneMark, laneMarks, lanes, WINDOW_MS } from "./replay-frames";
import { wordsOfEvent } from "./replay-words";

export const laneWords: Readonly<Record<Lane, string>> = { llm: "Agent", policy: "Policy", system: "Gate" };

const centreWords = { violation: "Violation", completion: "End", start: "Start" } as const;
const ticks = [0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000] as const;

interface ReplayScaleProps {
  timeline: readonly TimelineEvent[];
  window: Replay["window"];
  position: number;
  onSeek: (offset: number) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

/** Sixty seconds from edge to edge, whatever run it is: the turning point is always in the middle. */
export function ReplayScale(props: ReplayScaleProps) {
  return (
    <div className="grid min-w-0 select-none grid-cols-[3.5rem_minmax(0,1fr)] text-xs">
      <div className="flex flex-col pt-5 text-muted">
        {lanes.map((lane) => (
          <span key={lane} className="flex h-9 items-center">
            {laneWords[lane]}
          </span>
        ))}
      </div>
      <Scrubber {...props} />
    </div>
  );
}

function Scrubber({ timeline, window, position, onSeek, onKeyDown }: ReplayScaleProps) {
  const centre = centreWords[window.centred_on];
  function seek(event: PointerEvent<HTMLDivElement>): void {
    const box = event.currentTarget.getBoundingClientRect();
    onSeek(((event.clientX - box.left) / box.width) * WINDOW_MS);
  }
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label="Moment of the replay"
      aria-valuemin={0}
      aria-valuemax={WINDOW_MS}
      aria-valuenow={Math.round(position)}
      aria-valuetext={`${fromCentre(position)} from the ${centre.toLowerCase()}`}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        seek(event);
      }}
      onPointerMove={(event) => (event.buttons === 1 ? seek(event) : undefined)}
      className="relative cursor-ew-resize touch-none pt-5"
    >
      <span className="absolute top-0 left-1/2 -translate-x-1/2 font-medium">{centre}</span>
      <Line
        offset={CENTRE_MS}
        look={window.centred_on === "violation" ? "top-5 w-px bg-tone-deny" : "top-5 w-px bg-strong"}
      />
      <Lanes timeline={timeline} position={position} />
      <Line offset={position} look="top-3 w-0.5 bg-accent" />
      <Ticks />
    </div>
  );
}

function Lanes({ timeline, position }: Pick<ReplayScaleProps, "timeline" | "position">) {
  const marks = useMemo(() => laneMarks(timeline), [timeline]);
  return lanes.map((lane) => (
    <div key={lane} className="relative h-9 border-t">
      {marks[lane].map((mark) => (
        <LaneDot
          key={`${mark.offset}-${mark.events[0]?.seq ?? ""}-${mark.events.length}`}
          mark={mark}
          isPast={mark.offset <= position}
        />
      ))}
    </div>
  ));
}

function Line({ offset, look }: { offset: number; look: string }) {
  return (
    <span aria-hidden className={classes("pointer-events-none absolute bottom-5", look)} style={{ left: at(offset) }} />
  );
}

function at(offset: number): string {
  return `${(offset / WINDOW_MS) * 100}%`;
}

function Ticks() {
  return (
    <div aria-hidden className="relative h-5 border-t text-faint tabular-nums">
      {ticks.map((tick) => (
        <span
          key={tick}
          className={classes(
            "absolute top-0.5 whitespace-nowrap",
            tick === 0 ? "" : tick === WINDOW_MS ? "-translate-x-full" : "-translate-x-1/2",
            // On a phone those beside the edges would run into them.
            (tick === ticks[1] || tick === ticks[5]) && "max-sm:hidden",
          )}
          style={{ left: at(tick) }}
        >
          {fromCentre(tick)}
        </span>
      ))}
    </div>
  );
}

/** One event is a dot, several close together a pill with their number, the inflection a red diamond. */
function LaneDot({ mark, isPast }: { mark: LaneMark; isPast: boolean }) {
  const nameOf = useActorName();
  const told = mark.events.map((event) => wordsOfEvent(event, nameOf));
  const title = told.map(({ deed, outcome }) => `${deed}: ${outcome}`).join("\n");
  const number = mark.events.length;
  return (
    <span
      title={title}
      style={{ left: at(mark.offset) }}
      className={classes(
        "absolute top-1/2 flex -translate-x-1/2 -translate-y-1/2 items-center justify-center tabular-nums",
        mark.isInflection
          ? "size-4 rotate-45 rounded-[3px] bg-tone-deny"
          : number > 1
            ? "h-4 min-w-4 rounded-full border border-strong bg-page px-1"
            : "size-2.5 rounded-full bg-strong",
        !isPast && "opacity-35",
      )}
    >
      {number > 1 ? number : null}
    </span>
  );
}
