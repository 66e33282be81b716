"use client";

import { ActionForm } from "@/components/data/action-form";
import { useZone } from "@/components/data/time";
import type { ServerAction } from "@/components/data/use-action";
import { useReturnedFocus } from "@/components/incidents/use-returned-focus";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { ChoiceField, TextAreaField, TextField } from "@/components/ui/field";
import type { BundleType } from "@/db/vocabulary";
import type { Export } from "@/server/exports/contract";
import type { Incident } from "@/server/incidents/contract";
import { formatWords, kindOf } from "./bundle-kinds";
import { PeriodFields } from "./period-fields";
import { exportReads } from "./reads";

interface ExportDialogProps {
  type: BundleType;
  incident: Incident;
  action: ServerAction<Export>;
  onClose: () => void;
  onMade: (made: Export) => void;
}

export function ExportDialog({ type, incident, action, onClose, onMade }: ExportDialogProps) {
  useReturnedFocus();
  const kind = kindOf(type);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={`Export: ${kind.name}`} description={kind.purpose}>
      <ActionForm
        action={action}
        refreshes={exportReads}
        onDone={onMade}
        submit="Make it"
        cancel={
          <Button variant="quiet" onClick={onClose}>
            Cancel
          </Button>
        }
        hidden={{ incident_id: incident.incident_id }}
      >
        {(errors) => <ExportFields type={type} incident={incident} errors={errors} />}
      </ActionForm>
    </Dialog>
  );
}

interface FieldsProps {
  type: BundleType;
  incident: Incident;
  errors: (name: string) => string | undefined;
}

function ExportFields({ type, incident, errors }: FieldsProps) {
  const zone = useZone();
  const kind = kindOf(type);
  const formats = kind.formats.map((value) => ({
    value,
    label: formatWords[value].name,
    hint: formatWords[value].hint,
  }));
  return (
    <>
      <p className="rounded-lg bg-sunken px-3 py-2 text-muted">
        {kind.holds} It is made once and never changes, stands in the evidence log, and everybody who may read exports
        can download it.
      </p>
      <ChoiceField
        name="format"
        label="Format"
        options={formats}
        columns={formats.length === 3 ? 3 : 2}
        defaultValue="pdf"
        error={errors("format")}
      />
      {type === "soc2" ? <PeriodFields incidentAt={incident.created_at} zone={zone} errors={errors} /> : null}
      <PurposeFields type={type} errors={errors} />
      <ChoiceField
        name="include_raw_steps"
        label="Steps and payloads"
        columns={2}
        defaultValue="true"
        options={stepOptions}
        error={errors("include_raw_steps")}
      />
    </>
  );
}

const stepOptions = [
  { value: "true", label: "All of them", hint: "Every step, with what was kept of its input and output." },
  { value: "false", label: "Left out", hint: "No step list, no payload. The hashed records stay." },
];

function PurposeFields({ type, errors }: Pick<FieldsProps, "type" | "errors">) {
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          name="prepared_for"
          label="Prepared for"
          hint="Stands on the first page."
          isOptional
          maxLength={200}
          placeholder={type === "soc2" ? "The auditor" : undefined}
          error={errors("prepared_for")}
        />
        <TextField
          name="export_reason"
          label="Reason"
          hint="Why it is needed; kept with it."
          isOptional
          maxLength={500}
          error={errors("export_reason")}
        />
      </div>
      <TextAreaField
        name="preparer_notes"
        label="Notes"
        hint="Printed as yours, apart from what the system says."
        isOptional
        maxLength={4_000}
        rows={2}
        error={errors("preparer_notes")}
      />
    </>
  );
}
