"use client";

import { Play } from "lucide-react";
import { ActionForm } from "@/components/data/action-form";
import { count, plural } from "@/components/data/format";
import { Time } from "@/components/data/time";
import { Button, ButtonLink } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import type { Replay, RunActivity } from "@/server/activity/contract";
import type { Action } from "@/server/platform/http/contract";
import { ReplayPlayer } from "./replay-player";
import { runHref } from "./run-href";
import { useRunActions } from "./run-server-actions";

interface ReplayPanelProps {
  run: RunActivity;
  action: Action | undefined;
}

/** The sixty seconds around the turning point. Asking for it decides every record again, and is audited. */
export function ReplayPanel({ run, action }: ReplayPanelProps) {
  const { replay } = useRunActions();
  if (action?.enabled !== true) {
    return (
      <div className="flex flex-col items-start gap-2 py-2">
        <Explanation />
        <Button icon={<Play />} disabled>
          Replay
        </Button>
        <p className="text-muted text-xs">{action?.reason ?? "It cannot be replayed now."}</p>
      </div>
    );
  }
  return (
    <ActionForm
      action={replay}
      refreshes={[]}
      submit="Replay"
      hidden={{ trace_id: run.trace_id }}
      inline
      result={(answer) => <Replayed replay={answer} run={run} />}
    >
      {() => <Explanation />}
    </ActionForm>
  );
}

function Explanation() {
  return (
    <p className="max-w-[70ch] flex-1 basis-80 text-muted">
      Shows the 60 seconds around the turning point on one scale, and decides every record again from what was frozen.
      No model and no tool is called. The replay is written to the audit log.
    </p>
  );
}

function Replayed({ replay, run }: { replay: Replay; run: RunActivity }) {
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <Parity replay={replay} run_id={run.run_id} />
      <ReplayPlayer replay={replay} run={run} />
      {replay.window.truncated ? (
        <p className="text-muted text-xs">
          More happened in this minute than is shown; what is nearest to its centre is here.
        </p>
      ) : null}
    </div>
  );
}

function Parity({ replay: { parity, window }, run_id }: { replay: Replay; run_id: string }) {
  if (parity.match) {
    return (
      <Callout
        tone="allow"
        title={`Parity: ${count(parity.checked)} records were decided again, each came out the same`}
      >
        The window begins <Time at={window.from} mode="exact" />.
      </Callout>
    );
  }
  const where = parity.divergence_step === null ? "" : ` at step ${count(parity.divergence_step)}`;
  const record = parity.divergence_seq === null ? "" : `, record ${count(parity.divergence_seq)}`;
  return (
    <Callout tone="critical" title={`It came out differently${where}${record}`}>
      <p>
        {sentence(parity.reason ?? "No reason was given")} Before that, {plural(parity.checked, "record")} came out the
        same.
      </p>
      <p className="mt-1">
        The record, or what was frozen with it, is not what it was. Do not rely on this trace before you know why.
      </p>
      <ButtonLink href={`${runHref(run_id)}?tab=proof`} size="small" className="mt-2">
        See what the proof says
      </ButtonLink>
    </Callout>
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
