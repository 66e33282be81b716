"use client";

import { createContext, type ReactNode, useContext } from "react";
import { Tooltip } from "@/components/ui/tooltip";
import { useNow } from "./clock";
import { duration, exactTime, minuteTime, relativeTime } from "./format";

const ZoneContext = createContext("UTC");

/** Gives everything below it the tenant's time zone. Stands once, in the console's layout. */
export function TimeZone({ zone, children }: { zone: string; children: ReactNode }) {
  return <ZoneContext value={zone}>{children}</ZoneContext>;
}

/** The tenant's zone, as an IANA name. */
export function useZone(): string {
  return useContext(ZoneContext);
}

const dayMs = 86_400_000;

/** Relative within 24 hours of now, absolute otherwise; hover and focus show the exact moment in the tenant's zone and UTC. */
export function Time({ at, mode = "auto" }: { at: string | null; mode?: "auto" | "exact" }) {
  const zone = useZone();
  const now = useNow();
  if (at === null) return <span className="text-faint">unknown</span>;
  const isNear = mode === "auto" && now !== null && Math.abs(now - Date.parse(at)) < dayMs;
  const absolute = mode === "exact" ? exactTime(at, zone) : minuteTime(at, zone);
  const text = isNear ? relativeTime(at, new Date(now).toISOString()) : absolute;
  return (
    <Tooltip content={<ExactTimes at={at} zone={zone} />}>
      <time dateTime={at} className="whitespace-nowrap tabular-nums">
        {text}
      </time>
    </Tooltip>
  );
}

function ExactTimes({ at, zone }: { at: string; zone: string }) {
  return (
    <span className="tabular-nums">
      {zone === "UTC" ? null : (
        <span className="block">
          {exactTime(at, zone)} {zone}
        </span>
      )}
      <span className="block">{exactTime(at, "UTC")} UTC</span>
    </span>
  );
}

/** How long ago something began, counting each second. */
export function Elapsed({ since }: { since: string | null }) {
  const now = useNow(1000);
  const text = since === null ? "unknown" : now === null ? "…" : wholeSeconds(now - Date.parse(since));
  return <span className="whitespace-nowrap tabular-nums">{text}</span>;
}

/** How long until something is due, counting each second; "due" when it is over. */
export function Countdown({ to }: { to: string | null }) {
  const now = useNow(1000);
  if (to === null) return <span className="text-faint">unknown</span>;
  const left = now === null ? null : Date.parse(to) - now;
  const text = left === null ? "…" : left <= 0 ? "due" : wholeSeconds(left);
  return (
    <time dateTime={to} className="whitespace-nowrap tabular-nums">
      {text}
    </time>
  );
}

function wholeSeconds(ms: number): string {
  return duration(Math.max(0, Math.floor(ms / 1000) * 1000)).replace(/^0 ms$/, "0 s");
}
