// Exceptions that follow from what the bundle has read already. Pure.

import type { Finding } from "@/server/exports/content/exception-rows";
import type { ExceptionSources } from "@/server/exports/content/exceptions";

export function claimsOf({ population, versions }: ExceptionSources): Finding[] {
  const rules = versions.filter((one) => one.kind === "rule");
  return [
    slaMisses(population.incidents),
    {
      kind: "shadow_policy",
      title: "Policies that only watched",
      looked_for: "rule versions in force in the period with rollout shadow, pending or disabled",
      items: rules
        .filter((one) => one.rollout !== "active")
        .map((one) => itemOf(one, `rollout ${one.rollout}: it decided and recorded, and never acted`)),
    },
    {
      kind: "unbound_policy",
      title: "Policies bound to nothing",
      looked_for: "rule versions in force in the period without a scope",
      items: rules.filter((one) => !one.bound).map((one) => itemOf(one, "it applied to no run")),
    },
    {
      kind: "unapproved_change",
      title: "Policy changes by one person alone",
      looked_for: "versions in force in the period without an approval by somebody else on record",
      items: versions
        .filter((one) => one.approved_by === null)
        .map((one) => itemOf(one, `${one.change} by ${one.author.name ?? one.author.id}; no approval is recorded`)),
    },
  ];
}

function slaMisses(incidents: ExceptionSources["population"]["incidents"]): Finding {
  return {
    kind: "sla_miss",
    title: "Incidents past their time target",
    looked_for: "incidents of the period resolved after, or still open after, the time target of their severity",
    items: incidents
      .filter((one) => one.sla_state === "breached")
      .map((one) => ({
        at: one.created_at,
        subject: one.incident_id,
        detail: `${one.severity}, ${one.status}: ${one.title}`,
      })),
  };
}

function itemOf(version: ExceptionSources["versions"][number], detail: string): Finding["items"][number] {
  return { at: version.in_force_from, subject: `${version.name}, version ${version.version}`, detail };
}
