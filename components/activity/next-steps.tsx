"use client";

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useAddress } from "@/components/data/address";
import { Countdown } from "@/components/data/time";
import { policyHref } from "@/components/policies/rule-href";
import { useMay } from "@/components/shell/session";
import { Button, ButtonLink } from "@/components/ui/button";
import type { RunActivity } from "@/server/activity/contract";
import { getRun } from "@/server/gate/contract";
import { api } from "@/server/platform/http/client";
import type { Action } from "@/server/platform/http/contract";
import type { OpenDecision } from "./run-dialogs";
import { ofRun } from "./run-reads";
import { runParams } from "./search-params";
import type { Breach } from "./why";

interface NextStepsProps {
  run: RunActivity;
  breach: Breach | null;
  actions: readonly Action[];
  onDecide: (about: OpenDecision) => void;
}

/** What may be done now, the likeliest first; what may not says why. */
export function NextSteps({ run, breach, actions, onDecide }: NextStepsProps) {
  const [, setParams] = useAddress(runParams);
  const mayManage = useMay("policies:manage");
  const isOurs = breach !== null && (breach.policy_id !== null || breach.limit_id !== null);
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <h2 className="text-muted text-xs">What next</h2>
      {run.status === "paused" ? <Release run={run} breach={breach} actions={actions} onDecide={onDecide} /> : null}
      <div className="flex flex-wrap gap-2">
        {run.incident_id === null ? null : (
          <ButtonLink
            variant={run.status === "paused" ? "secondary" : "primary"}
            href={`/incidents/${run.incident_id}`}
          >
            Handle the incident
          </ButtonLink>
        )}
        {run.refusal_reason === null ? (
          <Button onClick={() => setParams({ tab: "replay" })}>See the minute around it</Button>
        ) : null}
        {isOurs ? (
          <ButtonLink href={policyHref(breach)}>
            {mayManage ? "Change the" : "See the"} {breach.limit_id === null ? "rule" : "limit"}
          </ButtonLink>
        ) : null}
      </div>
      {run.state === "completed" ? (
        <Note>
          A run that is over stays over. A new one is held to the rules that hold when it starts
          {run.parent_run_id === null ? "." : ", as this one was, which was itself started by another."}
        </Note>
      ) : null}
    </div>
  );
}

function Note({ children }: { children: ReactNode }) {
  return <p className="text-muted text-xs">{children}</p>;
}

function Release({ run, breach, actions, onDecide }: NextStepsProps) {
  const action = actions.find((one) => one.action === "release");
  const decide = (decision: OpenDecision["decision"]) => onDecide({ decision, breach, paused_at: run.paused_at });
  const detail = useQuery(api.query(getRun, ofRun(run.run_id)));
  const waitMs = detail.data?.policy_snapshot?.defaults.pause_timeout_ms ?? null;
  const until =
    run.paused_at === null || waitMs === null ? null : new Date(Date.parse(run.paused_at) + waitMs).toISOString();
  const isDisabled = action?.enabled !== true;
  return (
    <>
      <div className="flex flex-wrap gap-2">
        <Button variant="primary" disabled={isDisabled} onClick={() => decide("approve")}>
          Approve…
        </Button>
        <Button variant="danger" disabled={isDisabled} onClick={() => decide("deny")}>
          Deny…
        </Button>
      </div>
      {isDisabled ? <Note>{action?.reason ?? "It cannot be released now."}</Note> : null}
      <Note>
        Without a decision it ends by itself in <Countdown to={until} />.
      </Note>
    </>
  );
}
