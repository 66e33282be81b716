"use client";

import type { ReactNode } from "react";
import { classes } from "@/components/ui/classes";
import type { Tone } from "@/components/ui/mark";
import { toneIcons, toneText } from "@/components/ui/tones";
import { Time, useZone } from "./time";
import { byDay } from "./timeline-days";

export interface TimelineItem {
  id: string;
  at: string;
  tone?: Tone;
  icon?: ReactNode;
  title: ReactNode;
  by?: ReactNode;
  body?: ReactNode;
}

interface TimelineProps {
  items: readonly TimelineItem[];
  /** `exact`: to the second, also for what is recent. */
  times?: "auto" | "exact";
}

/** What happened, in the order given, day by day. */
export function Timeline({ items, times = "auto" }: TimelineProps) {
  const days = byDay(items, useZone());
  return (
    <div className="flex flex-col gap-3">
      {days.map((group) => (
        <section key={`${group.day}:${group.items[0]?.id}`} aria-label={group.day}>
          {days.length > 1 ? <h3 className="mb-1 text-muted text-xs">{group.day}</h3> : null}
          <ol>
            {group.items.map((item) => (
              <Moment key={item.id} item={item} times={times} />
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
}

function Moment({ item, times }: { item: TimelineItem; times: "auto" | "exact" }) {
  const { at, tone = "neutral", icon, title, by, body } = item;
  const Icon = toneIcons[tone];
  return (
    <li className="group/moment relative flex gap-3 pb-4 last:pb-0">
      <span aria-hidden className="absolute top-6 bottom-0 left-2.5 w-px bg-line group-last/moment:hidden" />
      <span className={classes("flex h-5 w-5 shrink-0 items-center justify-center [&_svg]:size-3.5", toneText[tone])}>
        {icon ?? <Icon aria-hidden />}
      </span>
      <div className="min-w-0 flex-1 text-sm">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-medium">{title}</span>
          {by ? <span className="text-muted">{by}</span> : null}
          <span className="ml-auto text-muted text-xs">
            <Time at={at} mode={times} />
          </span>
        </p>
        {body ? <div className="mt-0.5 break-words text-muted">{body}</div> : null}
      </div>
    </li>
  );
}
