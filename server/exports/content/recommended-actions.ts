// What to do next, each action with the fact it follows from. Pure; a record without such facts recommends nothing.

import type { RecommendedAction } from "@/server/exports/content/debrief-bundle-types";
import type { DebriefFacts } from "@/server/exports/content/debrief-facts";
import { recurrenceThreshold } from "@/server/exports/content/risk";
import { cents, count, instantText } from "@/server/exports/content/wording";

const order = ["now", "soon", "later"] as const;

/** The most pressing first. */
export function recommendedActionsOf(facts: DebriefFacts): RecommendedAction[] {
  const found = [...ofEvidence(facts), ...ofResponse(facts), ...ofRun(facts), ...ofPolicy(facts)];
  return found.sort((a, b) => order.indexOf(a.priority) - order.indexOf(b.priority));
}

function ofEvidence({ isVerified, finding }: DebriefFacts): RecommendedAction[] {
  if (isVerified !== false) return [];
  return [
    {
      id: "investigate_evidence",
      priority: "now",
      action: "Preserve the database and find out who changed the run's records.",
      why: `The run's evidence does not verify: ${finding ?? "no reason given"}.`,
    },
  ];
}

function ofResponse({ incident }: DebriefFacts): RecommendedAction[] {
  if (incident.status === "resolved") return [];
  const isLate = incident.slaState === "breached";
  const due = `The time target ${isLate ? "was" : "is"} ${instantText(incident.slaDueAt)}.`;
  const actions: RecommendedAction[] = [];
  if (incident.status === "active") {
    actions.push({
      id: "acknowledge",
      priority: "now",
      action: "Acknowledge the incident.",
      why: "Nobody has taken it on.",
    });
  }
  actions.push({
    id: isLate ? "escalate" : "resolve",
    priority: isLate ? "now" : "soon",
    action: isLate ? "Escalate the incident, or resolve it." : "Resolve the incident and record how.",
    why: due,
  });
  return actions;
}

function ofRun({ run, incident, violation }: DebriefFacts): RecommendedAction[] {
  if (run === null) return [];
  const { ungoverned } = run;
  return [
    ...maybe(run.postsAfterStop > 0 || ungoverned.records > 0, {
      id: "honour_the_stop",
      priority: "now",
      action: `Make the runner of ${run.agentId} end its work when it is told that the run is over.`,
      why: `After the end it posted ${count(run.postsAfterStop, "step")} more${
        ungoverned.records === 0 ? "" : `, and reported ${costText(ungoverned.costCents)} of work done anyway`
      }.`,
    }),
    ...maybe(violation?.step_had_run === true, {
      id: "ask_before_the_step",
      priority: "soon",
      action: `Let ${run.agentId} ask before each step, with an estimate, so that the step is stopped before it runs.`,
      why: `Step ${violation?.step_index} was reported after it had run; the excess was spent by then.`,
    }),
    ...maybe(!run.costIsComplete, {
      id: "price_the_model",
      priority: "soon",
      action: "Add prices for the models this agent uses.",
      why: "Some usage of the run had no price, so cost limits could not see it.",
    }),
    ...maybe(!run.agentVerified, {
      id: "bind_the_key",
      priority: "later",
      action: `Bind an API key to ${run.agentId}.`,
      why: "The key that started the run may name any agent, so the agent's name is a claim.",
    }),
    ...maybe(incident.errorMessage !== null, {
      id: "fix_the_error",
      priority: "soon",
      action: `Have the owner of ${run.agentId} look into the error.`,
      why: `The runner gave: ${incident.errorMessage}`,
    }),
  ];
}

function ofPolicy({ run, recurrences, violation }: DebriefFacts): RecommendedAction[] {
  const policy = violation?.policy_name ?? null;
  const shadow = run?.shadowWouldAct[0];
  return [
    ...maybe(recurrences >= recurrenceThreshold, {
      id: "review_the_policy",
      priority: "soon",
      action: policy === null ? "Look for the common cause." : `Review “${policy}” and what the agent is asked to do.`,
      why: `${count(recurrences, "incident")} like it in the 30 days before.`,
    }),
    ...maybe(run !== null && violation?.source === "default", {
      id: "write_a_rule",
      priority: "soon",
      action: `Write a rule for ${run?.agentId}.`,
      why: "No rule and no limit applied to the run; it was stopped by the default thresholds.",
    }),
    ...maybe(shadow !== undefined, {
      id: "promote_the_shadow_rule",
      priority: "later",
      action: `Consider activating the shadow rule “${shadow?.name}”.`,
      why: `It would have acted at step ${shadow?.stepIndex ?? "1"} of this run.`,
    }),
    ...maybe((run?.failOpenPasses ?? 0) > 0, {
      id: "repair_the_condition",
      priority: "soon",
      action: "Repair the condition that could not be evaluated, or let it fail closed.",
      why: `${count(run?.failOpenPasses ?? 0, "evaluation")} failed and let the step pass, as the policy's failure mode says.`,
    }),
    ...maybe(violation !== null && run?.nearAt != null, {
      id: "act_on_near",
      priority: "later",
      action: "Route the early warning of this limit to somebody who can act on it.",
      why: `It was near its limit on ${instantText(run?.nearAt ?? "")}, before it was broken.`,
    }),
  ];
}

function maybe(isSo: boolean, action: RecommendedAction): RecommendedAction[] {
  return isSo ? [action] : [];
}

function costText(value: number | null): string {
  return value === null ? "an unknown cost" : cents(value);
}
