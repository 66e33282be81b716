"use client";

import { useState } from "react";
import { useActorName } from "@/components/account/use-actor-names";
import { runHref } from "@/components/activity/run-href";
import { plural, shortId, words } from "@/components/data/format";
import { Time } from "@/components/data/time";
import { useMay } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { Mark } from "@/components/ui/mark";
import { onDemand } from "@/components/ui/on-demand";
import type { Freeze } from "@/server/gate/wire";

// Loaded when one is opened.
const LiftDialog = onDemand(async () => (await import("@/components/policies/lift-dialog")).LiftDialog);

/** One freeze, with what it stopped. */
export function FreezeItem({ freeze }: { freeze: Freeze }) {
  const [isLifting, setIsLifting] = useState(false);
  const nameOf = useActorName();
  const mayLift = useMay("policies:override") && freeze.lifted_at === null;
  return (
    <li className="flex flex-wrap items-start gap-x-3 gap-y-1 border-b py-3">
      <div className="min-w-0 flex-1 basis-72">
        <p className="flex flex-wrap items-center gap-2">
          {freeze.lifted_at === null ? <Mark tone="critical">Frozen</Mark> : <Mark tone="neutral">Lifted</Mark>}
          <span className="font-medium">{frozenName(freeze)}</span>
        </p>
        <p className="mt-1">{freeze.reason}</p>
        <p className="mt-0.5 text-muted text-xs">
          By {nameOf(freeze.created_by)}, <Time at={freeze.created_at} />
          {freeze.lifted_at === null ? null : (
            <>
              . Lifted by {freeze.lifted_by === null ? "unknown" : nameOf(freeze.lifted_by)},{" "}
              <Time at={freeze.lifted_at} />: {freeze.lift_reason ?? "no reason was given"}
            </>
          )}
        </p>
        <InFlight freeze={freeze} />
      </div>
      {mayLift ? (
        <Button size="small" onClick={() => setIsLifting(true)}>
          Lift
        </Button>
      ) : null}
      {isLifting ? <LiftDialog freeze={freeze} name={frozenName(freeze)} onClose={() => setIsLifting(false)} /> : null}
    </li>
  );
}

function frozenName({ type, id }: Freeze): string {
  return type === "tenant" ? "The whole tenant" : `${words(type)} ${id.length > 40 ? shortId(id) : id}`;
}

/** The runs that were live when it was set, and when each was stopped: the proof of stop. */
function InFlight({ freeze: { in_flight } }: { freeze: Freeze }) {
  if (in_flight.length === 0) return <p className="mt-1 text-muted text-xs">Nothing was live then.</p>;
  return (
    <details className="mt-1 text-xs">
      <summary className="w-fit rounded text-muted">{plural(in_flight.length, "run")} live then</summary>
      <ul className="mt-1 border-l pl-3">
        {in_flight.map((run) => (
          <li key={run.run_id} className="flex flex-wrap gap-x-3 py-0.5">
            <Link href={runHref(run.run_id)} className="font-mono hover:underline" title={run.run_id}>
              {shortId(run.run_id)}
            </Link>
            <span className="text-muted">after step {run.last_step_index}</span>
            <span>
              {run.stopped_at === null ? `${words(run.status)}, not stopped yet` : "stopped "}
              {run.stopped_at === null ? null : <Time at={run.stopped_at} mode="exact" />}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
