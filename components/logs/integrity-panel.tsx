"use client";

import { ShieldAlert, ShieldCheck, ShieldQuestion } from "lucide-react";
import type { ReactNode } from "react";
import { type Fact, Facts } from "@/components/data/facts";
import { count, exactTime, percent, plural, words } from "@/components/data/format";
import { Failed } from "@/components/data/query-view";
import { Time, useZone } from "@/components/data/time";
import { Button } from "@/components/ui/button";
import { Identifier } from "@/components/ui/identifier";
import { Mark, type Tone } from "@/components/ui/mark";
import type { AuditIntegrity } from "@/server/logs/contract";
import { entryHref } from "./entry-href";
import { faultWords } from "./fault-words";
import type { Part, Walked } from "./integrity-walk";
import type { Bounds } from "./search-params";
import { type Check, useIntegrityCheck } from "./use-integrity-check";

const looks: Readonly<Record<AuditIntegrity["status"], { tone: Tone; icon: ReactNode; says: string }>> = {
  verified: { tone: "allow", icon: <ShieldCheck aria-hidden />, says: "Every entry is as it was written." },
  broken: { tone: "critical", icon: <ShieldAlert aria-hidden />, says: "What is stored is not what was written." },
  partial: {
    tone: "review",
    icon: <ShieldQuestion aria-hidden />,
    says: "What was checked is whole; not all could be.",
  },
  unknown: { tone: "neutral", icon: <ShieldQuestion aria-hidden />, says: "There is no entry in this range to check." },
};

/** Whether the audit log is whole: walked on demand, and told as it is found. */
export function IntegrityPanel({ since, until }: Bounds) {
  const { check, start } = useIntegrityCheck();
  const isRunning = check.phase === "running";
  const isWhole = since === null && until === null;
  return (
    <section aria-label="Integrity of the audit log" className="border-t px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h2 className="font-semibold text-sm">Integrity</h2>
        <div className="min-w-0 flex-1 basis-60 text-muted text-sm" aria-live="polite">
          <Headline check={check} />
        </div>
        {isWhole ? null : (
          <Button size="small" disabled={isRunning} onClick={() => start({ since, until })}>
            Check this time
          </Button>
        )}
        <Button size="small" pending={isRunning} onClick={() => start({ since: null, until: null })}>
          Check all of it
        </Button>
      </div>
      {check.phase === "failed" ? <Failed error={check.error} /> : null}
      {check.phase === "done" ? <Findings walked={check.walked} part={check.part} /> : null}
    </section>
  );
}

function Headline({ check }: { check: Check }) {
  if (check.phase === "running") return <Progress share={check.share} checked={check.walked.checked} />;
  if (check.phase !== "done") return <>Recompute every hash, number and leaf of the log from its rows.</>;
  const { status } = check.walked;
  return (
    <span className="inline-flex flex-wrap items-center gap-2">
      <Mark tone={looks[status].tone} icon={looks[status].icon}>
        {words(status)}
      </Mark>
      <span className="text-ink">{looks[status].says}</span>
    </span>
  );
}

function Progress({ share, checked }: { share: number; checked: number }) {
  return (
    <span className="flex items-center gap-3">
      <progress aria-label="Share of the time that was walked" value={share} max={1} className="sr-only" />
      <span aria-hidden className="h-1.5 w-40 overflow-hidden rounded-full bg-line">
        <span className="block h-full rounded-full bg-accent" style={{ width: `${Math.max(0.04, share) * 100}%` }} />
      </span>
      <span className="tabular-nums">
        {plural(checked, "entry", "entries")}, {percent(share)} of the time
      </span>
    </span>
  );
}

function Findings({ walked, part }: { walked: Walked; part: Part }) {
  const zone = useZone();
  const { latest, firstBad, reasons } = walked;
  if (latest === null) return null;
  const from = exactTime(new Date(part.from).toISOString(), zone);
  return (
    <div className="mt-3 flex flex-col gap-3">
      {reasons.map((reason) => (
        <p key={reason} className="text-sm">
          {reason}
        </p>
      ))}
      {firstBad ? <FirstBad bad={firstBad} /> : null}
      <div className="grid gap-x-12 gap-y-1.5 lg:grid-cols-2">
        <Facts
          items={[
            { label: "Checked", value: plural(walked.checked, "entry", "entries"), hint: `since ${from}` },
            {
              label: "Faulty entries",
              value: `${walked.parts > 1 && walked.bad > 0 ? "at least " : ""}${count(walked.bad)}`,
            },
            { label: "Newest number", value: latest.last_seq === null ? "none yet" : count(latest.last_seq) },
            { label: "Waiting for a number", value: count(walked.pending) },
            ...overdue(walked),
            { label: "Clock set back", value: plural(latest.clock_rollbacks, "place") },
            { label: "Checked at", value: <Time at={latest.checked_at} mode="exact" /> },
          ]}
        />
        <Facts items={[...logFacts(latest.log), ...entityFacts(latest.entities)]} />
      </div>
    </div>
  );
}

function overdue({ unnumbered }: Walked): Fact[] {
  return unnumbered === 0 ? [] : [{ label: "Overdue for a number", value: count(unnumbered) }];
}

function logFacts(log: AuditIntegrity["log"]): Fact[] {
  if (log === null) return [{ label: "Log", value: "not begun" }];
  const fault = log.first_fault;
  return [
    {
      label: "Log",
      value: `${count(log.checked)} of ${plural(log.size, "leaf", "leaves")} made again`,
      hint: log.complete ? undefined : "The newest leaves; the log is longer than one check.",
    },
    {
      label: "Signed checkpoint",
      value: log.halted === null ? `up to leaf ${count(log.checkpoint_size)}` : `halted: ${log.halted}`,
    },
    {
      label: "Faults in the log",
      value: count(log.faults),
      hint: fault ? `${fault.table} ${fault.key}: ${words(fault.fault)}` : undefined,
    },
  ];
}

function entityFacts(entities: AuditIntegrity["entities"]): Fact[] {
  const others = entities.not_compared.map(words).join(", ");
  return [
    {
      label: "Things compared",
      value: `${count(entities.compared)} with their newest entry`,
      hint: others === "" ? undefined : `Not compared: ${others}.`,
    },
    { label: "Changed past the log", value: count(entities.changed) },
    { label: "Without an entry", value: count(entities.unaudited) },
  ];
}

function FirstBad({ bad }: { bad: NonNullable<AuditIntegrity["first_bad"]> }) {
  return (
    <div className="rounded-md bg-tone-critical-soft px-3 py-2 text-sm">
      <p className="font-medium">
        First fault: {faultWords[bad.fault]}
        {bad.seq === null ? null : ` Number ${count(bad.seq)}.`}
      </p>
      <p className="mt-0.5 flex flex-wrap items-center gap-x-2 text-muted">
        {words(bad.entity_type)}
        {bad.entity_id === "" ? null : <Identifier value={bad.entity_id} label="entity id" />}
        {bad.log_id === null || bad.fault === "missing" ? null : (
          <>
            in entry <Identifier value={bad.log_id} href={entryHref(bad.log_id)} label="entry id" />
          </>
        )}
      </p>
    </div>
  );
}
