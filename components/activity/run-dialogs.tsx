"use client";

import { capitalised } from "@/components/account/actor-names";
import { useActorName } from "@/components/account/use-actor-names";
import { ConfirmAction } from "@/components/data/confirm-action";
import { count, plural } from "@/components/data/format";
import { Button } from "@/components/ui/button";
import { TextAreaField } from "@/components/ui/field";
import { useToast } from "@/components/ui/toast";
import type { FreezeType } from "@/db/vocabulary";
import type { RunActivity, RunSummary } from "@/server/activity/contract";
import { Cost } from "./run-marks";
import { runReads } from "./run-reads";
import { useRunActions } from "./run-server-actions";
import { releaseWords } from "./run-words";
import type { Breach } from "./why";

type Run = Pick<
  RunSummary,
  "run_id" | "state" | "agent_id" | "steps_completed" | "tokens_used" | "cost_cents" | "cost_is_complete"
>;

interface DialogProps {
  run: Run;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

function SoFar({ run }: { run: Run }) {
  return (
    <>
      {plural(run.steps_completed, "step")}, {count(run.tokens_used)} tokens and{" "}
      <Cost cents={run.cost_cents} isComplete={run.cost_is_complete} />
    </>
  );
}

function CancelEffect({ run }: { run: Run }) {
  if (run.state === "completed") return <p>It has ended in the meantime: there is nothing left to cancel.</p>;
  return (
    <p>
      It ends now, for good, after <SoFar run={run} />. Its runner is told at its next post, and results that come later
      are recorded as late. The trace is sealed.
    </p>
  );
}

export function CancelRun({ run, open, onOpenChange }: DialogProps) {
  const { cancel } = useRunActions();
  const toast = useToast();
  return (
    <ConfirmAction
      open={open}
      onOpenChange={onOpenChange}
      title={`Cancel this run of ${run.agent_id}`}
      effect={<CancelEffect run={run} />}
      action={cancel}
      refreshes={runReads}
      isOver={run.state === "completed"}
      submit="Cancel run"
      variant="danger"
      cancel={
        <Button variant="quiet" onClick={() => onOpenChange(false)}>
          Keep it running
        </Button>
      }
      hidden={{ run_id: run.run_id }}
      onDone={() => toast({ title: "The run is cancelled", tone: "neutral" })}
    >
      {(errors) => (
        <TextAreaField
          name="reason"
          label="Reason"
          hint="It is kept in the trace and in the audit log."
          error={errors("reason")}
          maxLength={2048}
          isOptional
        />
      )}
    </ConfirmAction>
  );
}

type Decision = "approve" | "deny";

/** What a decision is about: the pause that stood when it was opened. */
export interface OpenDecision {
  decision: Decision;
  paused_at: string | null;
  breach: Breach | null;
}

type Standing = Pick<RunActivity, "status" | "paused_at" | "releases">;

interface ReleaseProps {
  run: Run;
  about: OpenDecision;
  /** The run as it stands meanwhile, where the view knows. */
  now?: Standing;
  onClose: () => void;
}

/** Somebody else, or time, may have decided while it was open; a pause that came since is another one. */
export function isDecided(
  run: Pick<Standing, "status" | "paused_at">,
  about: Pick<OpenDecision, "paused_at">,
): boolean {
  return run.status !== "paused" || run.paused_at !== about.paused_at;
}

interface DecidedProps {
  run: Standing;
  about: Pick<OpenDecision, "paused_at">;
  nameOf: (actor: string) => string;
}

export function Decided({ run, about, nameOf }: DecidedProps) {
  const since = Date.parse(about.paused_at ?? "");
  const found = run.releases.find(({ at }) => Date.parse(at) >= since);
  const again = run.status === "paused" ? " The run is paused anew: close this to look at what it waits for now." : "";
  if (found === undefined) return <p>The run does not wait for a decision any more.{again}</p>;
  const deed = releaseWords[found.decision].toLowerCase();
  return (
    <p role="status">
      {capitalised(nameOf(found.by))} {deed} it in the meantime{found.reason === null ? "" : `: ${found.reason}`}.
      Nothing is left to decide here.{again}
    </p>
  );
}

export function ReleaseEffect({ run, isApproval, breach }: { run: Run; isApproval: boolean; breach: Breach | null }) {
  if (!isApproval) {
    return (
      <p>
        The run ends now, stopped by the policy that paused it, after <SoFar run={run} />. This cannot be taken back.
      </p>
    );
  }
  return (
    <p>
      The runner may go on. {peaceWords(breach)} The run has used <SoFar run={run} /> so far. Your approval is chained
      into its trace.
    </p>
  );
}

// As the gate resumes a run: a condition is released for one step, a limit until its value has grown.
function peaceWords(breach: Breach | null): string {
  if (breach === null)
    return "A condition is released for this step only; a limit holds its peace until its value has grown by another tenth.";
  if (breach.metric !== null)
    return "What paused it holds its peace until the value has grown by another tenth of its limit.";
  const { step_index } = breach;
  if (step_index === null || step_index < 1) return "The rule asks at the start only, and not again.";
  return `The rule is released for step ${step_index} only: the next step that meets its condition pauses the run again.`;
}

export function ReleaseRun({ run, about, now, onClose }: ReleaseProps) {
  const { release } = useRunActions();
  const toast = useToast();
  const nameOf = useActorName();
  const { decision, breach } = about;
  const isApproval = decision === "approve";
  const isOver = now !== undefined && isDecided(now, about);
  return (
    <ConfirmAction
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={isApproval ? "Let the run go on" : "End the paused run"}
      effect={
        isOver ? (
          <Decided run={now} about={about} nameOf={nameOf} />
        ) : (
          <ReleaseEffect run={run} isApproval={isApproval} breach={breach} />
        )
      }
      action={release}
      refreshes={runReads}
      isOver={isOver}
      submit={isApproval ? "Approve" : "Deny"}
      variant={isApproval ? "primary" : "danger"}
      hidden={{ run_id: run.run_id, decision }}
      onDone={() => toast({ title: isApproval ? "The run may go on" : "The run is ended", tone: "neutral" })}
    >
      {(errors) => (
        <TextAreaField
          name="reason"
          label="Reason"
          hint="It is kept in the trace and in the audit log."
          error={errors("reason")}
          maxLength={2048}
          required
        />
      )}
    </ConfirmAction>
  );
}

export type FreezeTarget = { type: Exclude<FreezeType, "tenant">; id: string };

const freezeTitles = { run: "Freeze this run", agent: "Freeze the agent", key: "Freeze the API key" } as const;
const freezeEffects = {
  run: "The run ends now and can never go on.",
  agent: "Every live run of this agent ends now, and it can start no other until the freeze is lifted.",
  key: "Every live run that this key started ends now, and the key can start and post nothing until the freeze is lifted.",
} as const;

interface FreezeProps {
  target: FreezeTarget;
  onClose: () => void;
}

export function FreezeDialog({ target, onClose }: FreezeProps) {
  const { freeze } = useRunActions();
  const toast = useToast();
  return (
    <ConfirmAction
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={freezeTitles[target.type]}
      effect={
        <>
          <p>{freezeEffects[target.type]}</p>
          <p className="mt-1 break-all font-mono text-muted text-xs">{target.id}</p>
        </>
      }
      action={freeze}
      refreshes={runReads}
      submit="Freeze"
      variant="danger"
      hidden={{ type: target.type, id: target.id }}
      onDone={() => toast({ title: "It is frozen", tone: "neutral" })}
    >
      {(errors) => (
        <TextAreaField
          name="reason"
          label="Reason"
          hint="Whoever lifts the freeze will read it."
          error={errors("reason")}
          maxLength={2048}
          required
        />
      )}
    </ConfirmAction>
  );
}
