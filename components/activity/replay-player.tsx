"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Pause, Play, SkipBack, SkipForward } from "lucide-react";
import { type Dispatch, type KeyboardEvent, useEffect, useMemo, useReducer } from "react";
import { count, money } from "@/components/data/format";
import { classes } from "@/components/ui/classes";
import { IconButton } from "@/components/ui/icon-button";
import { listTraceSteps, type Replay, type RunActivity } from "@/server/activity/contract";
import { api } from "@/server/platform/http/client";
import { ReplayEvents } from "./replay-events";
import {
  eventAt,
  fromCentre,
  keyOnScrubber,
  neighbour,
  type PlayMove,
  type PlayState,
  played,
  speeds,
  startOfReplay,
  totalsAt,
} from "./replay-frames";
import { ReplayScale } from "./replay-scale";
import { stepsOf } from "./run-reads";

/** Plays a window of sixty seconds: by buttons, by keys, or by dragging over the scale. */
export function ReplayPlayer({ replay, run }: { replay: Replay; run: RunActivity }) {
  const { timeline, window } = replay;
  const [state, move] = useReducer(played, startOfReplay);
  useClock(state.isPlaying, move);
  const current = eventAt(timeline, state.position);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    if (event.key === " ") move({ do: "toggle" });
    else {
      const to = keyOnScrubber(timeline, state.position, event.key);
      if (to === null) return;
      move({ do: "seek", to });
    }
    event.preventDefault();
  }

  return (
    <section aria-label="Replay" className="flex min-w-0 flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Controls state={state} move={move} replay={replay} />
        <Totals replay={replay} run={run} position={state.position} />
      </div>
      <ReplayScale
        timeline={timeline}
        window={window}
        position={state.position}
        onSeek={(to) => move({ do: "seek", to })}
        onKeyDown={onKeyDown}
      />
      <ReplayEvents timeline={timeline} current={current} onSeek={(to) => move({ do: "seek", to })} />
    </section>
  );
}

// The browser's frames are the clock; what a frame means is `played`.
function useClock(isPlaying: boolean, move: Dispatch<PlayMove>): void {
  useEffect(() => {
    if (!isPlaying) return;
    let last = performance.now();
    let frame = requestAnimationFrame(tick);
    function tick(now: number): void {
      move({ do: "tick", ms: now - last });
      last = now;
      frame = requestAnimationFrame(tick);
    }
    return () => cancelAnimationFrame(frame);
  }, [isPlaying, move]);
}

interface ControlsProps {
  state: PlayState;
  move: Dispatch<PlayMove>;
  replay: Replay;
}

function Controls({ state, move, replay: { timeline } }: ControlsProps) {
  const { isPlaying, position, speed } = state;
  const seek = (direction: 1 | -1) => move({ do: "seek", to: neighbour(timeline, position, direction) });
  return (
    <>
      <IconButton label="Event before ([)" icon={<SkipBack />} onClick={() => seek(-1)} />
      <IconButton
        label={isPlaying ? "Pause (space)" : "Play (space)"}
        icon={isPlaying ? <Pause /> : <Play />}
        onClick={() => move({ do: "toggle" })}
      />
      <IconButton label="Event after (])" icon={<SkipForward />} onClick={() => seek(1)} />
      <fieldset className="flex items-center rounded-md border">
        <legend className="sr-only">Speed</legend>
        {speeds.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={one === speed}
            onClick={() => move({ do: "speed", speed: one })}
            className={classes(
              "h-7 px-2 text-xs tabular-nums first:rounded-l-md last:rounded-r-md",
              one === speed ? "bg-selected font-medium" : "text-muted hover:bg-hover",
            )}
          >
            {one}×
          </button>
        ))}
      </fieldset>
      <span className="w-16 text-right font-medium tabular-nums">{fromCentre(position)}</span>
    </>
  );
}

/** What had been settled by that moment; only over a trace that is loaded whole. */
function Totals({ replay, run, position }: { replay: Replay; run: RunActivity; position: number }) {
  const list = useInfiniteQuery(api.pages(listTraceSteps, stepsOf(run.trace_id)));
  const records = useMemo(
    () => list.data?.pages.flatMap((page) => page.items.flatMap((step) => step.records)) ?? [],
    [list.data],
  );
  if (list.data === undefined || list.hasNextPage) return null;
  const { tokens, cost_cents } = totalsAt(records, replay.window, position);
  return (
    <span className="ml-auto text-muted text-xs tabular-nums">
      Settled by then: {count(tokens)} tokens, {run.cost_is_complete ? "" : "at least "}
      {money(cost_cents)}
    </span>
  );
}
