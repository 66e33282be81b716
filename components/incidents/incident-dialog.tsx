"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Dialog } from "@/components/ui/dialog";
import { useToast } from "@/components/ui/toast";
import { type Comment, getIncident, type Incident } from "@/server/incidents/contract";
import { api, keyOf } from "@/server/platform/http/client";
import type { OutputOf } from "@/server/platform/http/contract";
import { AcknowledgeForm, CommentForm, EscalateForm, ReopenForm, ResolveForm } from "./action-forms";
import type { IncidentAction } from "./deeds";
import { useReturnedFocus } from "./use-returned-focus";

const forms = {
  acknowledge: { title: "Acknowledge", Form: AcknowledgeForm, done: "Acknowledged: it is yours" },
  escalate: { title: "Escalate", Form: EscalateForm, done: "Escalated" },
  resolve: { title: "Resolve", Form: ResolveForm, done: "Resolved" },
  reopen: { title: "Reopen", Form: ReopenForm, done: "Open again" },
  comment: { title: "Comment", Form: CommentForm, done: "Comment added" },
} as const;

type Detail = OutputOf<typeof getIncident>;

interface IncidentDialogProps {
  incident: Incident;
  action: IncidentAction;
  onClose: () => void;
}

/**
 * One action on one incident, with its effect. What the server would refuse now says why instead of showing a form; where
 * that comes while it is open, what was typed stays.
 */
export function IncidentDialog({ incident, action, onClose }: IncidentDialogProps) {
  const params = { incident_id: incident.incident_id };
  const detail = useQuery(api.query(getIncident, { params }));
  const queries = useQueryClient();
  const toast = useToast();
  useReturnedFocus();
  const { title, Form, done } = forms[action];
  const reason = detail.data?.actions.find((known) => known.action === action)?.reason ?? null;
  const [wasPossible, setWasPossible] = useState(false);
  if (!wasPossible && detail.data !== undefined && reason === null) setWasPossible(true);
  const finish = (answer: Incident | Comment) => {
    // The page shows it at once; what may be done next comes with the read that follows.
    if ("status" in answer) {
      queries.setQueryData<Detail>(keyOf(getIncident, { params }), (known) => known && { ...known, entity: answer });
    }
    toast({ title: done, description: incident.title, tone: "neutral" });
    onClose();
  };
  const cancel = (
    <Button variant="quiet" onClick={onClose}>
      Cancel
    </Button>
  );
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title} description={incident.title}>
      {reason === null ? null : (
        <Callout tone="neutral" title="Not possible now">
          {reason}.
        </Callout>
      )}
      {reason === null || wasPossible ? (
        // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for the form's own button.
        <div onKeyDown={sendOnEnter}>
          <Form incident={detail.data?.entity ?? incident} onDone={finish} cancel={cancel} />
        </div>
      ) : null}
    </Dialog>
  );
}

/** ⌘↵ and Ctrl+↵ send from a field in which ↵ alone begins a line. */
function sendOnEnter(event: KeyboardEvent<HTMLDivElement>): void {
  if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
  event.preventDefault();
  event.currentTarget.querySelector("form")?.requestSubmit();
}
