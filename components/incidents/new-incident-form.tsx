"use client";

import { ActionForm } from "@/components/data/action-form";
import { words } from "@/components/data/format";
import { Button } from "@/components/ui/button";
import { ChoiceField, TextAreaField, TextField } from "@/components/ui/field";
import { useToast } from "@/components/ui/toast";
import { severities } from "@/db/vocabulary";
import { incidentReads } from "./reads";
import { useIncidentActions } from "./server-actions";

const severityHints = {
  critical: "Harm is done or about to be.",
  high: "Somebody must look today.",
  medium: "Within the day or so.",
  low: "When there is time.",
} as const;

interface FormProps {
  onCreated: (incidentId: string) => void;
  onCancel: () => void;
}

export function NewIncidentForm({ onCreated, onCancel }: FormProps) {
  const { create } = useIncidentActions();
  const toast = useToast();
  return (
    <ActionForm
      action={create}
      refreshes={incidentReads}
      onDone={(incident) => {
        toast({ title: "Incident opened", description: incident.title });
        onCreated(incident.incident_id);
      }}
      submit="Open incident"
      cancel={
        <Button variant="quiet" onClick={onCancel}>
          Cancel
        </Button>
      }
    >
      {(errors) => <NewIncidentFields errors={errors} />}
    </ActionForm>
  );
}

const severityOptions = [...severities]
  .reverse()
  .map((value) => ({ value, label: words(value), hint: severityHints[value] }));

function NewIncidentFields({ errors }: { errors: (name: string) => string | undefined }) {
  return (
    <>
      <TextField name="title" label="What is wrong" required maxLength={256} error={errors("title")} autoFocus />
      <TextAreaField
        name="description"
        label="What happened"
        hint="It stands at the head of the incident and in its exports."
        isOptional
        maxLength={4_000}
        error={errors("description")}
      />
      <ChoiceField
        name="severity"
        label="Severity"
        hint="Its due time follows from this, by the response times in the settings, and counts from now."
        options={severityOptions}
        columns={2}
        defaultValue="medium"
        required
        error={errors("severity")}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField name="run_id" label="Run id" isOptional mono error={errors("run_id")} />
        <TextField name="policy_id" label="Policy id" isOptional mono error={errors("policy_id")} />
      </div>
    </>
  );
}
