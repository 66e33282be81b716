"use client";

import { ActionForm } from "@/components/data/action-form";
import { Time } from "@/components/data/time";
import type { ServerAction } from "@/components/data/use-action";
import { Fieldset, NumberField, SelectField, TextField } from "@/components/ui/field";
import { useToast } from "@/components/ui/toast";
import { getSettings } from "@/server/policies/contract";
import type { AccountSettings } from "@/server/policies/wire";
import { DurationField } from "./duration-field";

interface FormProps {
  settings: AccountSettings;
  zones: readonly string[];
  save: ServerAction<AccountSettings>;
  isReadOnly: boolean;
}

const failureOptions = [
  { value: "", label: "Fail closed (default): the rule fires as if it were broken" },
  { value: "fail_closed", label: "Fail closed: the rule fires as if it were broken" },
  { value: "fail_warn", label: "Fail warn: the step goes on with a warning" },
  { value: "fail_open", label: "Fail open: the step goes on" },
];
const unpricedOptions = [
  { value: "", label: "Block where a cost limit applies, else flag (default)" },
  { value: "block", label: "Block: a step of a model without a price never runs" },
  { value: "flag", label: "Flag: it runs, and its cost is marked as unknown" },
];
const severities = ["critical", "high", "medium", "low"] as const;

type Errors = (name: string) => string | undefined;

/** Everything the gate of this tenant goes by. Runs that have started keep what they started under. */
export function SettingsForm({ settings, zones, save, isReadOnly }: Readonly<FormProps>) {
  const toast = useToast();
  const parts = { settings, zones };
  return (
    <fieldset disabled={isReadOnly} className="min-w-0">
      <p className="mb-4 text-muted">
        {isReadOnly ? "Owners and admins change these. " : "A change holds for runs that start from now on. "}
        Version {settings.version}, <Time at={settings.updated_at} />.
      </p>
      <ActionForm
        action={save}
        refreshes={[getSettings]}
        submit="Save the settings"
        hidden={{ version: String(settings.version) }}
        onDone={() => toast({ title: "Settings saved" })}
      >
        {(error) => (
          <div className="flex flex-col gap-6">
            <General {...parts} error={error} />
            <Failures {...parts} error={error} />
            <Waiting {...parts} error={error} />
            <ResponseTimes {...parts} error={error} />
          </div>
        )}
      </ActionForm>
    </fieldset>
  );
}

interface PartProps {
  settings: AccountSettings;
  zones: readonly string[];
  error: Errors;
}

function General({ settings, zones, error }: Readonly<PartProps>) {
  return (
    <Fieldset legend="General">
      <TextField name="name" label="Name" required defaultValue={settings.name} error={error("name")} />
      <SelectField
        name="timezone"
        label="Time zone"
        hint="Days, weeks and months of budgets begin by it, and times are shown in it."
        defaultValue={settings.timezone}
        options={[...new Set(["UTC", settings.timezone, ...zones])].map((value) => ({ value, label: value }))}
        error={error("timezone")}
      />
      <NumberField
        name="near_percentage"
        label="Near a limit from"
        unit="%"
        min={1}
        max={100}
        required
        hint="A signal, never an action: how much of a limit must be used before it is called near."
        defaultValue={settings.near_percentage}
        error={error("near_percentage")}
      />
    </Fieldset>
  );
}

function Failures({ settings, error }: Readonly<PartProps>) {
  return (
    <Fieldset legend="When something is not known">
      <SelectField
        name="failure_mode"
        label="A rule that cannot be evaluated"
        hint="A rule's own failure mode comes first. Without a database no step runs, whatever stands here."
        defaultValue={settings.failure_mode ?? ""}
        options={failureOptions}
        error={error("failure_mode")}
      />
      <SelectField
        name="unpriced"
        label="A model without a price"
        defaultValue={settings.unpriced ?? ""}
        options={unpricedOptions}
        error={error("unpriced")}
      />
      <NumberField
        name="step_estimate.tokens"
        label="Tokens reserved for a step without an estimate"
        min={0}
        required
        defaultValue={settings.step_estimate.tokens}
        error={error("step_estimate.tokens")}
      />
      <NumberField
        name="step_estimate.cost_cents"
        label="Cost reserved for a step without an estimate"
        unit="cents"
        min={0}
        step="any"
        required
        defaultValue={settings.step_estimate.cost_cents}
        error={error("step_estimate.cost_cents")}
      />
    </Fieldset>
  );
}

function Waiting({ settings, error }: Readonly<PartProps>) {
  return (
    <Fieldset legend="How long to wait">
      <DurationField
        name="step_timeout_ms"
        label="For the result of an admitted step"
        hint="Then it counts as lapsed, with its estimate."
        defaultMs={settings.step_timeout_ms}
        error={error("step_timeout_ms")}
      />
      <DurationField
        name="run_timeout_ms"
        label="For a word from a run"
        hint="Then the run ends as timed out."
        defaultMs={settings.run_timeout_ms}
        error={error("run_timeout_ms")}
      />
      <DurationField
        name="pause_timeout_ms"
        label="For a decision about a paused run"
        hint="Then the run ends: no answer is a no."
        defaultMs={settings.pause_timeout_ms}
        error={error("pause_timeout_ms")}
      />
    </Fieldset>
  );
}

function ResponseTimes({ settings, error }: Readonly<PartProps>) {
  return (
    <Fieldset legend="Response times for incidents">
      <div className="grid grid-cols-2 gap-4 sm:grid-cols-4">
        {severities.map((severity) => (
          <NumberField
            key={severity}
            name={`sla_hours.${severity}`}
            label={severity}
            unit="h"
            min={1}
            required
            defaultValue={settings.sla_hours[severity]}
            error={error(`sla_hours.${severity}`)}
          />
        ))}
      </div>
    </Fieldset>
  );
}
