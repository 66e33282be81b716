"use client";

import { CalendarClock } from "lucide-react";
import { lazy } from "react";
import { Button } from "@/components/ui/button";
import { Popover } from "@/components/ui/popover";
import { useAddress } from "./address";
import { asOneOf, asText } from "./address-params";
import { minuteTime } from "./format";
import { ranges, rangeWords } from "./range-words";
import { useZone } from "./time";

const rangeParams = {
  range: asOneOf(ranges).withDefault("7d"),
  from: asText,
  to: asText,
};

// Loaded when it is opened.
const TimeRangeChoice = lazy(async () => ({ default: (await import("./time-range-choice")).TimeRangeChoice }));

/** The page's time range, kept in its address. A preset stays relative when it is shared; pinning makes it absolute. */
export function TimeRange() {
  const [{ range, from, to }, set] = useAddress(rangeParams, { rereads: true });
  const zone = useZone();
  const isCustom = from !== null || to !== null;
  const label = isCustom ? customWords(from, to, zone) : rangeWords[range];
  return (
    <Popover
      label="Time range"
      trigger={
        <Button variant="quiet" size="small" icon={<CalendarClock />} aria-label={`Time range: ${label}`}>
          <span className="max-sm:sr-only">{label}</span>
        </Button>
      }
    >
      <TimeRangeChoice range={isCustom ? null : range} from={from} to={to} onChoose={set} />
    </Popover>
  );
}

function customWords(from: string | null, to: string | null, zone: string): string {
  if (from === null) return `Until ${minuteTime(to, zone)}`;
  return to === null ? `Since ${minuteTime(from, zone)}` : `${minuteTime(from, zone)} – ${minuteTime(to, zone)}`;
}
