"use client";

import { useQuery } from "@tanstack/react-query";
import { capitalised } from "@/components/account/actor-names";
import { useActorName } from "@/components/account/use-actor-names";
import { type Fact, Facts } from "@/components/data/facts";
import { Time } from "@/components/data/time";
import { useMay } from "@/components/shell/session";
import type { RunActivity } from "@/server/activity/contract";
import { listAuditLog } from "@/server/logs/contract";
import { api } from "@/server/platform/http/client";
import { endReasonOf } from "./run-words";

/** Of a run that no policy ended: when, why, and by whom where somebody did it. */
export function EndFacts({ run }: { run: RunActivity }) {
  const nameOf = useActorName();
  const mayRead = useMay("audit:read");
  const isByHand = run.termination_reason === "user_abort";
  const query = { run_id: run.run_id, action: ["run.cancelled", "run.frozen"] };
  const entries = useQuery({ ...api.query(listAuditLog, { query }), enabled: mayRead && isByHand });
  const deed = entries.data?.items[0];
  const words = deed?.detail?.reason;
  const items: Fact[] = [
    { label: "Ended", value: <Time at={run.completed_at} mode="exact" /> },
    { label: "How", value: endReasonOf(run) },
    ...(deed === undefined ? [] : [{ label: "By", value: capitalised(nameOf(`${deed.actor_type}:${deed.actor_id}`)) }]),
    ...(deed === undefined ? [] : [{ label: "Reason", value: typeof words === "string" ? words : "None was given" }]),
    ...(run.error?.code ? [{ label: "Error code", value: <code>{run.error.code}</code> }] : []),
  ];
  return <Facts items={items} />;
}
