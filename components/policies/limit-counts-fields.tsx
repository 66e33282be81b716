"use client";

import { formUnit } from "@/components/policies/amount-units";
import { resetWords } from "@/components/policies/exact-words";
import { limitTypesFor, persFor } from "@/components/policies/limit-draft";
import type { LimitFieldsProps } from "@/components/policies/limit-form";
import { limitTypeWords, optionsOf } from "@/components/policies/policy-words";
import { Fieldset, NumberField, SelectField } from "@/components/ui/field";
import { limitPers, limitTypes, resetPeriods } from "@/db/vocabulary";
import { MAX_WINDOW_SECONDS } from "@/server/policies/wire";

/** What is counted, how much of it, and over which time. */
export function LimitCountsFields(props: LimitFieldsProps) {
  const { draft, choose, errors, isFixed } = props;
  const unit = formUnit(draft.limit_type);
  return (
    <Fieldset legend="How much of what">
      <div className="grid gap-4 sm:grid-cols-3">
        {isFixed ? (
          <div>
            <p className="mb-1 font-medium text-xs">Counts</p>
            <p className="py-1.5">{limitTypeWords[draft.limit_type].label}</p>
            <input type="hidden" name="limit_type" value={draft.limit_type} />
          </div>
        ) : (
          <SelectField
            name="limit_type"
            label="Counts"
            value={draft.limit_type}
            onChange={(event) => choose("limit_type", limitTypes.find((one) => one === event.target.value) ?? "TOKENS")}
            options={optionsOf(limitTypeWords, limitTypesFor(draft.limit_category))}
            error={errors("limit_type") ?? errors("limit_category")}
          />
        )}
        <NumberField
          name="max_value"
          label="At most"
          unit={unit.label}
          min={0}
          step={unit.places === 0 ? 1 : "any"}
          required
          value={draft.max_value}
          onChange={(event) => choose("max_value", event.target.value)}
          error={errors("max_value")}
        />
        <Span {...props} />
      </div>
    </Fieldset>
  );
}

function Span({ draft, choose, errors }: LimitFieldsProps) {
  if (draft.limit_category === "BUDGET") {
    return (
      <SelectField
        name="reset_period"
        label="In"
        value={draft.reset_period}
        onChange={(event) => choose("reset_period", resetPeriods.find((one) => one === event.target.value) ?? "daily")}
        options={optionsOf(resetWords)}
        error={errors("reset_period")}
      />
    );
  }
  if (draft.limit_category === "RATE") return <WindowField draft={draft} choose={choose} errors={errors} />;
  if (draft.limit_type === "CONCURRENT_RUNS") return null;
  return (
    <SelectField
      name="per"
      label="For each"
      value={draft.per}
      onChange={(event) => choose("per", limitPers.find((one) => one === event.target.value) ?? "run")}
      options={persFor(draft.limit_type).map((per) => ({ value: per, label: per === "run" ? "Run" : "Step" }))}
      error={errors("per")}
    />
  );
}

function WindowField({ draft, choose, errors }: Omit<LimitFieldsProps, "isFixed">) {
  return (
    <NumberField
      name="window_seconds"
      label="In any"
      hint="No such window ever admits more. At most 31 days."
      unit="seconds"
      min={1}
      max={MAX_WINDOW_SECONDS}
      required
      value={draft.window_seconds}
      onChange={(event) => choose("window_seconds", event.target.value)}
      error={errors("window_seconds")}
    />
  );
}
