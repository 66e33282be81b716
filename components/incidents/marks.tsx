"use client";

import { useNow } from "@/components/data/clock";
import { duration, words } from "@/components/data/format";
import { Mark, type Tone } from "@/components/ui/mark";
import { toneIcons, toneText } from "@/components/ui/tones";
import { Tooltip } from "@/components/ui/tooltip";
import type { IncidentStatus, Severity } from "@/db/vocabulary";
import type { Incident } from "@/server/incidents/contract";
import { type SlaClock, type SlaState, slaClock } from "./sla-clock";

export function SeverityMark({ severity, quiet = false }: { severity: Severity; quiet?: boolean }) {
  return (
    <Mark tone={severity} quiet={quiet}>
      {words(severity)}
    </Mark>
  );
}

/** The severity's sign alone; its word is there for screen readers and on hover. */
export function SeveritySign({ severity }: { severity: Severity }) {
  const Icon = toneIcons[severity];
  return (
    <span title={words(severity)} className={toneText[severity]}>
      <Icon aria-hidden className="size-3.5" />
      <span className="sr-only">{words(severity)}</span>
    </span>
  );
}

const statusTones: Readonly<Record<IncidentStatus, Tone>> = {
  active: "review",
  acknowledged: "info",
  resolved: "allow",
};

export function StatusMark({ status, quiet = false }: { status: IncidentStatus; quiet?: boolean }) {
  return (
    <Mark tone={statusTones[status]} quiet={quiet}>
      {words(status)}
    </Mark>
  );
}

const slaTones: Readonly<Record<SlaState, Tone>> = {
  running: "neutral",
  at_risk: "review",
  late: "critical",
  kept: "allow",
  missed: "critical",
};

const slaWords: Readonly<Record<SlaState, (left: string) => string>> = {
  running: (left) => `Due in ${left}`,
  at_risk: (left) => `Due soon: ${left}`,
  late: (left) => `Overdue ${left}`,
  kept: (left) => `Kept, ${left} to spare`,
  missed: (left) => `Missed by ${left}`,
};

const shortWords: Readonly<Record<SlaState, (left: string) => string>> = {
  ...slaWords,
  running: (left) => `in ${left}`,
  at_risk: (left) => `${left} left`,
  late: (left) => `${left} late`,
};

type Timed = Pick<Incident, "status" | "created_at" | "sla_due_at" | "resolved_at">;

/** The clock of one incident: counts each second while it is open. `isShort`: below a heading that says "Due". */
export function SlaMark({ incident, isShort = false }: { incident: Timed; isShort?: boolean }) {
  const now = useNow(1_000);
  const clock = slaClock(incident, now);
  if (clock === null) return <span className="text-faint text-xs">…</span>;
  const text = (isShort ? shortWords : slaWords)[clock.state](leftWords(clock));
  return (
    <Tooltip content={slaHint(clock.state)}>
      <span className="inline-flex max-w-full tabular-nums">
        <Mark tone={slaTones[clock.state]} quiet={clock.state === "running"}>
          {text}
        </Mark>
      </span>
    </Tooltip>
  );
}

// Seconds only in the last hour: a clock that changes every second draws the eye.
function leftWords({ leftMs }: SlaClock): string {
  const size = Math.abs(leftMs);
  const unit = size < 3_600_000 ? 1_000 : 60_000;
  return size < 1_000 ? "0 s" : duration(Math.floor(size / unit) * unit);
}

function slaHint(state: SlaState): string {
  switch (state) {
    case "running":
      return "Until when it must be resolved, by the response times of its severity";
    case "at_risk":
      return "Less than a quarter of its time is left";
    case "late":
      return "It is past due and still open";
    case "kept":
      return "It was resolved in time";
    case "missed":
      return "It was resolved too late";
  }
}
