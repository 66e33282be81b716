import * as actions from "@/app/(console)/incidents/actions";
import type { IncidentActions } from "@/components/incidents/server-actions";

/** What the pages hand to their views. */
export const incidentActions: IncidentActions = {
  acknowledge: actions.acknowledge,
  escalate: actions.escalate,
  resolve: actions.resolve,
  reopen: actions.reopen,
  comment: actions.comment,
  create: actions.create,
  review: actions.review,
  exports: { evidence: actions.evidence, soc2: actions.soc2, executive_debrief: actions.debrief },
};
