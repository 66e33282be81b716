"use client";

import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { classes } from "@/components/ui/classes";
import { type RangeName, ranges, rangeWords } from "./range-words";
import { useZone } from "./time";
import { instantIn, localIn } from "./zone-time";

const hours: Readonly<Record<RangeName, number | null>> = {
  "1h": 1,
  "24h": 24,
  "7d": 168,
  "30d": 720,
  "90d": 2160,
  all: null,
};

interface Bounds {
  from: string | null;
  to: string | null;
}

interface ChoiceProps extends Bounds {
  /** Null: the range goes by its bounds. */
  range: RangeName | null;
  onChoose: (next: Bounds & { range: RangeName | null }) => void;
}

/** What the time range's popover holds. */
export function TimeRangeChoice({ range, from, to, onChoose }: ChoiceProps) {
  const zone = useZone();
  const span = range === null ? null : hours[range];
  return (
    <div className="flex w-64 flex-col gap-3">
      <Presets chosen={range} onChoose={(name) => onChoose({ range: name, from: null, to: null })} />
      <CustomRange
        key={`${from}|${to}`}
        from={from}
        to={to}
        zone={zone}
        onApply={(next) => onChoose({ range: null, ...next })}
      />
      {span === null ? null : (
        <button
          type="button"
          onClick={() => onChoose({ range: null, ...pinned(span) })}
          className="self-start rounded text-muted text-xs underline-offset-2 hover:underline"
        >
          Pin to these exact times
        </button>
      )}
    </div>
  );
}

function pinned(spanHours: number): { from: string; to: string } {
  const now = Date.now();
  return { from: new Date(now - spanHours * 3_600_000).toISOString(), to: new Date(now).toISOString() };
}

function Presets({ chosen, onChoose }: { chosen: RangeName | null; onChoose: (name: RangeName) => void }) {
  return (
    <div className="grid grid-cols-2 gap-1">
      {ranges.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === chosen}
          onClick={() => onChoose(name)}
          className={classes(
            "h-7 rounded-md px-2 text-left text-sm hover:bg-hover",
            name === chosen && "bg-selected font-medium",
          )}
        >
          {rangeWords[name]}
        </button>
      ))}
    </div>
  );
}

interface CustomRangeProps {
  from: string | null;
  to: string | null;
  zone: string;
  onApply: (range: { from: string | null; to: string | null }) => void;
}

function CustomRange({ from, to, zone, onApply }: CustomRangeProps) {
  const [fault, setFault] = useState<string | null>(null);

  function apply(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const next = { from: instantIn(zone, String(form.get("from"))), to: instantIn(zone, String(form.get("to"))) };
    const isBackwards = next.from !== null && next.to !== null && next.from >= next.to;
    const message = isBackwards
      ? "The start must be before the end."
      : next.from || next.to
        ? null
        : "Give a start or an end.";
    setFault(message);
    if (message === null) onApply(next);
  }

  return (
    <form onSubmit={apply} className="flex flex-col gap-2 border-t pt-3">
      <MomentField name="from" label="From" value={from} zone={zone} />
      <MomentField name="to" label="To" value={to} zone={zone} />
      {fault ? (
        <p role="alert" className="text-tone-deny text-xs">
          {fault}
        </p>
      ) : null}
      <div className="flex items-center justify-between gap-2">
        <span className="truncate text-faint text-xs">{zone}</span>
        <Button type="submit" size="small">
          Apply
        </Button>
      </div>
    </form>
  );
}

function MomentField({
  name,
  label,
  value,
  zone,
}: {
  name: string;
  label: string;
  value: string | null;
  zone: string;
}) {
  const isInstant = value !== null && Number.isFinite(Date.parse(value));
  return (
    <label className="flex items-center gap-2 text-sm">
      <span className="w-10 text-muted">{label}</span>
      <input
        type="datetime-local"
        name={name}
        defaultValue={isInstant ? localIn(zone, value) : ""}
        className="h-7 min-w-0 flex-1 rounded-md border border-strong bg-page px-2 text-sm"
      />
    </label>
  );
}
