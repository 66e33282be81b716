"use client";

import { capitalised } from "@/components/account/actor-names";
import { useActorName } from "@/components/account/use-actor-names";
import { useNow } from "@/components/data/clock";
import { words } from "@/components/data/format";
import { Time } from "@/components/data/time";
import { Button, ButtonLink } from "@/components/ui/button";
import { Identifier } from "@/components/ui/identifier";
import { Kbd } from "@/components/ui/kbd";
import { Tooltip } from "@/components/ui/tooltip";
import type { Incident } from "@/server/incidents/contract";
import type { Action } from "@/server/platform/http/contract";
import type { IncidentAction } from "./deeds";
import { SeverityMark, SlaMark, StatusMark } from "./marks";
import { slaClock } from "./sla-clock";
import { type NextStep, nextStep, whatHappened } from "./story";
import type { Background } from "./use-incident";

interface HeadlineProps {
  incident: Incident;
  actions: readonly Action[];
  background: Background;
  onAction: (action: IncidentAction) => void;
}

/** What happened, who has it, and what to do next: all that is needed in the first five seconds. */
export function IncidentHeadline({ incident, actions, background, onAction }: HeadlineProps) {
  const nameOf = useActorName();
  const sentence = whatHappened({ incident, run: background.run, violation: background.violation, nameOf });
  const next = useNextStep(incident, background);
  return (
    <header className="flex flex-col gap-3">
      <Marks incident={incident} />
      <p className="max-w-[75ch] break-words text-lg">{sentence}</p>
      <NextStepBar incident={incident} next={next} actions={actions} onAction={onAction} />
      <ActionButtons actions={actions.filter(({ action }) => action !== next.action)} onAction={onAction} />
    </header>
  );
}

function Marks({ incident }: { incident: Incident }) {
  const nameOf = useActorName();
  const { acknowledged_by: owner, resolved_by: closer, source_run_id: run } = incident;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
      <SeverityMark severity={incident.severity} />
      <StatusMark status={incident.status} />
      <SlaMark incident={incident} />
      <span className="text-muted">
        opened <Time at={incident.created_at} />
      </span>
      {incident.status === "resolved" && closer !== null ? (
        <span className="text-muted">resolved by {nameOf(closer)}</span>
      ) : (
        <span className="text-muted">{owner === null ? "nobody has it" : `${nameOf(owner)} acknowledged it`}</span>
      )}
      {run === null ? null : (
        <span className="inline-flex items-center gap-1 text-muted">
          run <Identifier value={run} href={`/activity/runs/${run}`} label="Run id" />
        </span>
      )}
    </div>
  );
}

const nextLabels = { acknowledge: "Acknowledge", resolve: "Resolve" } as const;

function useNextStep(incident: Incident, { run }: Background): NextStep {
  const nameOf = useActorName();
  const clock = slaClock(incident, useNow(30_000));
  const owner = incident.acknowledged_by === null ? null : nameOf(incident.acknowledged_by);
  const shown = owner === null || owner === "you" ? owner : capitalised(owner);
  return nextStep({ incident, run }, { isLate: clock?.state === "late", owner: shown });
}

type NextProps = Pick<HeadlineProps, "incident" | "actions" | "onAction"> & { next: NextStep };

function NextStepBar({ incident, next, actions, onAction }: NextProps) {
  const hindrance = actions.find(({ action }) => action === next.action)?.reason ?? null;
  const enabled = (name: string) => actions.some(({ action, enabled: isOn }) => action === name && isOn);
  if (next.action === null) return <Outcome incident={incident} />;
  return (
    <div className="flex max-w-[60rem] flex-wrap items-center gap-3 rounded-lg bg-sunken px-3 py-2.5">
      <p className="min-w-0 flex-1 basis-56">
        <span className="font-medium">Next: </span>
        {next.text}
        {hindrance === null ? null : <span className="block text-muted text-xs">You cannot: {hindrance}.</span>}
      </p>
      {next.action === "decide" && incident.source_run_id !== null ? (
        <ButtonLink variant="primary" href={`/activity/runs/${incident.source_run_id}`}>
          Decide on the run
        </ButtonLink>
      ) : next.action !== "decide" && enabled(next.action) ? (
        <NextButton action={next.action} onAction={onAction} />
      ) : null}
    </div>
  );
}

/** Of a resolved incident: what was done about it. */
function Outcome({ incident }: { incident: Incident }) {
  const { resolution_method: method, resolution_notes: notes } = incident;
  return (
    <div className="max-w-[60rem] rounded-lg bg-sunken px-3 py-2.5">
      <p className="whitespace-pre-wrap">
        <span className="font-medium">Done: </span>
        {method === null ? "resolved" : words(method).toLowerCase()}.{notes === null ? "" : ` ${notes}`}
      </p>
    </div>
  );
}

function NextButton({
  action,
  onAction,
}: {
  action: "acknowledge" | "resolve";
  onAction: (action: IncidentAction) => void;
}) {
  return (
    <Button variant="primary" onClick={() => onAction(action)}>
      {nextLabels[action]}
      <kbd className="pointer-coarse:hidden max-sm:hidden font-mono text-xs opacity-80">
        {action === "acknowledge" ? "a" : "r"}
      </kbd>
    </Button>
  );
}

const shown: readonly { action: IncidentAction; key: string | null }[] = [
  { action: "acknowledge", key: "a" },
  { action: "escalate", key: "e" },
  { action: "resolve", key: "r" },
  { action: "comment", key: "c" },
  { action: "reopen", key: null },
];

function ActionButtons({ actions, onAction }: Pick<HeadlineProps, "actions" | "onAction">) {
  return (
    <div className="flex flex-wrap gap-2">
      {shown.map(({ action, key }) => {
        const known = actions.find((one) => one.action === action);
        return known === undefined ? null : (
          <ActionButton key={action} known={known} shortcut={key} onAction={() => onAction(action)} />
        );
      })}
    </div>
  );
}

/** A disabled one stays in reach of the keyboard, so that its reason can be read. */
function ActionButton({ known, shortcut, onAction }: { known: Action; shortcut: string | null; onAction: () => void }) {
  const reason = known.enabled ? null : (known.reason ?? "Not possible now");
  const button = (
    <Button
      size="small"
      aria-disabled={reason === null ? undefined : true}
      aria-label={reason === null ? undefined : `${known.label}: ${reason}`}
      onClick={() => reason === null && onAction()}
    >
      {known.label}
      {shortcut !== null && reason === null ? (
        <span className="pointer-coarse:hidden max-sm:hidden">
          <Kbd>{shortcut}</Kbd>
        </span>
      ) : null}
    </Button>
  );
  return reason === null ? button : <Tooltip content={reason}>{button}</Tooltip>;
}
