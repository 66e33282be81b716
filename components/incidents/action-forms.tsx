"use client";

import { type ReactNode, useState } from "react";
import { capitalised } from "@/components/account/actor-names";
import { useActorName, useKnownActors } from "@/components/account/use-actor-names";
import { ActionForm } from "@/components/data/action-form";
import { useNow } from "@/components/data/clock";
import { duration, words } from "@/components/data/format";
import { CheckboxField, ChoiceField, SelectField, TextAreaField, TextField } from "@/components/ui/field";
import { type ResolutionMethod, roles, severities } from "@/db/vocabulary";
import type { Comment, Incident } from "@/server/incidents/contract";
import { incidentReads } from "./reads";
import { useIncidentActions } from "./server-actions";
import { slaClock } from "./sla-clock";

interface FormProps {
  incident: Incident;
  onDone: (answer: Incident | Comment) => void;
  cancel: ReactNode;
}

const MAX_ESCALATION_LEVEL = 3;

function Effect({ children }: { children: ReactNode }) {
  return <p className="rounded-lg bg-sunken px-3 py-2 text-muted">{children}</p>;
}

export function AcknowledgeForm({ incident, onDone, cancel }: FormProps) {
  const { acknowledge } = useIncidentActions();
  return (
    <ActionForm
      action={acknowledge}
      refreshes={incidentReads}
      onDone={onDone}
      submit="Acknowledge"
      cancel={cancel}
      hidden={{ incident_id: incident.incident_id }}
    >
      {(errors) => (
        <>
          <Effect>
            Everybody sees that you have it. Its due time stays: it ends with the resolution. It cannot be undone, and
            goes into the audit log.
          </Effect>
          <TextField name="note" label="Note" isOptional maxLength={2_000} error={errors("note")} autoFocus />
        </>
      )}
    </ActionForm>
  );
}

export function EscalateForm({ incident, onDone, cancel }: FormProps) {
  const { escalate } = useIncidentActions();
  const targets = useTargets();
  const level = Math.min(incident.escalation_level + 1, MAX_ESCALATION_LEVEL);
  const next = severities[severities.indexOf(incident.severity) + 1];
  return (
    <ActionForm
      action={escalate}
      refreshes={incidentReads}
      onDone={onDone}
      submit="Escalate"
      cancel={cancel}
      hidden={{ incident_id: incident.incident_id }}
    >
      {(errors) => (
        <>
          <Effect>
            {level === incident.escalation_level
              ? `It stays at level ${level}, the highest, and goes to somebody else.`
              : `It goes from level ${incident.escalation_level} to level ${level} of ${MAX_ESCALATION_LEVEL}.`}{" "}
            Who it goes to stands on the incident and in the event stream. Holdpoint sends no message: call them.
          </Effect>
          <SelectField name="target" label="To whom" options={targets} error={errors("target")} required />
          <TextAreaField name="reason" label="Why" required maxLength={2_000} error={errors("reason")} autoFocus />
          {next === undefined ? null : (
            <CheckboxField
              name="raise_severity"
              label={`Raise the severity from ${incident.severity} to ${next}`}
              hint="The due time may come earlier by that, never later."
              error={errors("raise_severity")}
            />
          )}
        </>
      )}
    </ActionForm>
  );
}

function useTargets() {
  const known = useKnownActors();
  const ordered = [...roles].sort((a, b) => Number(b === "admin") - Number(a === "admin"));
  const byRole = ordered.map((role) => ({ value: role, label: `Every ${role}` }));
  const people = [...known.members].map(([value, name]) => ({
    value,
    label: value === known.selfId ? `${name} (you)` : name,
  }));
  return [...byRole, ...people];
}

const methodHints: Readonly<Record<ResolutionMethod, string>> = {
  policy_enforcement: "Stopping the run was enough.",
  manual_intervention: "Somebody mended the cause.",
  human_override: "Somebody decided to allow it.",
  automatic_recovery: "It recovered by itself.",
  rollback: "A change was taken back.",
  external_recovery: "A provider or another system recovered.",
};

export function ResolveForm({ incident, onDone, cancel }: FormProps) {
  const { resolve } = useIncidentActions();
  const mustExplain = incident.severity === "high" || incident.severity === "critical";
  const options = Object.entries(methodHints).map(([value, hint]) => ({ value, label: words(value), hint }));
  return (
    <ActionForm
      action={resolve}
      refreshes={incidentReads}
      onDone={onDone}
      submit="Resolve"
      cancel={cancel}
      hidden={{ incident_id: incident.incident_id }}
    >
      {(errors) => (
        <>
          <ResolveEffect incident={incident} />
          <ChoiceField
            name="resolution_method"
            label="How was it resolved?"
            options={options}
            columns={2}
            required
            error={errors("resolution_method")}
          />
          <TextAreaField
            name="resolution_notes"
            label="What was the cause, and what was done?"
            hint={
              mustExplain ? `Required: the incident is ${incident.severity}. It goes into every export.` : undefined
            }
            isOptional={!mustExplain}
            required={mustExplain}
            maxLength={4_000}
            error={errors("resolution_notes")}
          />
        </>
      )}
    </ActionForm>
  );
}

function ResolveEffect({ incident }: { incident: Incident }) {
  const clock = slaClock(incident, useNow(30_000));
  const left = clock === null ? null : duration(Math.floor(Math.abs(clock.leftMs) / 60_000) * 60_000 || 60_000);
  const sla =
    clock === null || left === null
      ? ""
      : clock.leftMs >= 0
        ? ` Its due time is kept, with ${left} to spare.`
        : ` Its due time was missed ${left} ago and stays missed.`;
  return <Effect>It leaves the list of active incidents.{sla} It can be reopened.</Effect>;
}

export function ReopenForm({ incident, onDone, cancel }: FormProps) {
  const { reopen } = useIncidentActions();
  const nameOf = useActorName();
  const owner = incident.acknowledged_by === null ? null : nameOf(incident.acknowledged_by);
  return (
    <ActionForm
      action={reopen}
      refreshes={incidentReads}
      onDone={onDone}
      submit="Reopen"
      cancel={cancel}
      hidden={{ incident_id: incident.incident_id }}
    >
      {(errors) => (
        <>
          <Effect>
            It is active again, as if nobody had taken it up
            {owner === null
              ? ""
              : `: ${owner === "you" ? "you no longer have it" : `${capitalised(owner)} no longer has it`}`}
            . The due time stays what it was. The timeline keeps the first resolution.
          </Effect>
          <TextAreaField name="reason" label="Why" required maxLength={2_000} error={errors("reason")} autoFocus />
        </>
      )}
    </ActionForm>
  );
}

export function CommentForm({ incident, onDone, cancel }: FormProps) {
  const { comment } = useIncidentActions();
  const [text, setText] = useState("");
  return (
    <ActionForm
      action={comment}
      refreshes={incidentReads}
      onDone={onDone}
      submit="Add comment"
      cancel={cancel}
      hidden={{ incident_id: incident.incident_id }}
    >
      {(errors) => (
        <TextAreaField
          name="content"
          label="Comment"
          hint={`Kept word for word and for good, and part of every later export. ${4_000 - text.length} characters left.`}
          required
          maxLength={4_000}
          rows={4}
          value={text}
          onChange={(event) => setText(event.target.value)}
          error={errors("content")}
          autoFocus
        />
      )}
    </ActionForm>
  );
}
