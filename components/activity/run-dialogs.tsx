"use client";

import { ConfirmAction } from "@/components/data/confirm-action";
import { count, plural } from "@/components/data/format";
import { Button } from "@/components/ui/button";
import { TextAreaField } from "@/components/ui/field";
import { useToast } from "@/components/ui/toast";
import type { FreezeType } from "@/db/vocabulary";
import type { RunSummary } from "@/server/activity/contract";
import { Cost } from "./run-marks";
import { runReads } from "./run-reads";
import { useRunActions } from "./run-server-actions";

type Run = Pick<
  RunSummary,
  "run_id" | "agent_id" | "steps_completed" | "tokens_used" | "cost_cents" | "cost_is_complete"
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

function ReleaseEffect({ run, isApproval }: { run: Run; isApproval: boolean }) {
  if (!isApproval) {
    return (
      <p>
        The run ends now, stopped by the policy that paused it, after <SoFar run={run} />. This cannot be taken back.
      </p>
    );
  }
  return (
    <p>
      The runner may go on. What paused it holds its peace until the value has grown by another tenth of its limit. The
      run has used <SoFar run={run} /> so far. Your approval is chained into its trace.
    </p>
  );
}

export function ReleaseRun({ run, open, onOpenChange, decision }: DialogProps & { decision: Decision }) {
  const { release } = useRunActions();
  const toast = useToast();
  const isApproval = decision === "approve";
  return (
    <ConfirmAction
      open={open}
      onOpenChange={onOpenChange}
      title={isApproval ? "Let the run go on" : "End the paused run"}
      effect={<ReleaseEffect run={run} isApproval={isApproval} />}
      action={release}
      refreshes={runReads}
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
