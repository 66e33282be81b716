"use client";

import { metricName } from "@/components/activity/metric-words";
import { formUnit } from "@/components/policies/amount-units";
import { ConditionEditor } from "@/components/policies/condition-editor";
import { basesFor, metricsFor } from "@/components/policies/rule-draft";
import type { RuleFieldsProps } from "@/components/policies/rule-form";
import { ChoiceField, Fieldset, NumberField, SelectField } from "@/components/ui/field";
import { metrics } from "@/db/vocabulary";

/** What the rule looks at: a number with a threshold, or a condition. */
export function RuleTestFields(props: RuleFieldsProps) {
  const { draft, choose, errors } = props;
  const bases = basesFor(draft);
  return (
    <Fieldset legend="What it looks at">
      {bases.length > 1 ? (
        <ChoiceField
          name="basis"
          label="It acts when"
          columns={2}
          value={draft.basis}
          onValueChange={(value) => choose("basis", value === "metric" ? "metric" : "condition")}
          options={[
            {
              value: "condition",
              label: "A condition holds",
              hint: "An expression over the run, its step, agent, actor and tags.",
            },
            { value: "metric", label: "A number is exceeded", hint: "Tokens, cost, steps, time, retries or repeats." },
          ]}
        />
      ) : (
        <input type="hidden" name="basis" value={draft.basis} />
      )}
      {draft.basis === "metric" ? (
        <MetricFields {...props} />
      ) : (
        <ConditionEditor
          name="condition"
          value={draft.condition}
          onValueChange={(value) => choose("condition", value)}
          bindAt={draft.bind_at}
          error={errors("condition") ?? errors("metric")}
        />
      )}
    </Fieldset>
  );
}

function MetricFields({ draft, choose, errors }: RuleFieldsProps) {
  const unit = formUnit(draft.metric);
  return (
    <div className="grid gap-4 sm:grid-cols-3">
      <SelectField
        name="metric"
        label="Measures"
        value={draft.metric}
        onChange={(event) => choose("metric", metrics.find((one) => one === event.target.value) ?? draft.metric)}
        options={metricsFor(draft).map((metric) => ({ value: metric, label: metricName(metric) }))}
        error={errors("metric")}
      />
      <NumberField
        name="threshold"
        label="More than"
        hint="0 is a limit, too: then any use breaks it."
        unit={unit.label}
        min={0}
        step={unit.places === 0 ? 1 : "any"}
        required
        value={draft.threshold}
        onChange={(event) => choose("threshold", event.target.value)}
        error={errors("threshold")}
      />
      <NumberField
        name="near_percentage"
        label="Signal at"
        hint="A message when it comes near. It stops nothing."
        unit="%"
        min={1}
        max={100}
        value={draft.near_percentage}
        onChange={(event) => choose("near_percentage", event.target.value)}
        error={errors("near_percentage")}
      />
    </div>
  );
}
