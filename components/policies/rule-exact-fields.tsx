"use client";

import { bindWords, conflictWords, failureModeWords } from "@/components/policies/exact-words";
import { categoryWords, optionsOf } from "@/components/policies/policy-words";
import { momentsFor } from "@/components/policies/rule-draft";
import type { RuleFieldsProps } from "@/components/policies/rule-form";
import { NumberField, SelectField } from "@/components/ui/field";
import { bindMoments, conflictStrategies, failureModes, policyCategories } from "@/db/vocabulary";

/** What is usual unless one knows better: folded away, and sent all the same. */
export function RuleExactFields({ draft, choose, errors }: RuleFieldsProps) {
  const names = ["precedence", "conflict_strategy", "bind_at", "failure_mode", "category"];
  const isWrong = names.some((name) => errors(name) !== undefined);
  return (
    <details open={isWrong || undefined} className="group border-t pt-3">
      <summary className="w-fit rounded font-semibold text-sm">Precedence, moment and failure</summary>
      <div className="mt-3 grid gap-4 sm:grid-cols-2">
        <NumberField
          name="precedence"
          label="Precedence"
          hint="The lower number is the stronger rule. 100 is usual."
          min={0}
          value={draft.precedence}
          onChange={(event) => choose("precedence", event.target.value)}
          error={errors("precedence")}
        />
        <SelectField
          name="conflict_strategy"
          label="When rules conflict"
          value={draft.conflict_strategy}
          onChange={(event) => choose("conflict_strategy", oneOf(conflictStrategies, event.target.value))}
          options={optionsOf(conflictWords)}
          error={errors("conflict_strategy")}
        />
        <MomentFields draft={draft} choose={choose} errors={errors} />
      </div>
    </details>
  );
}

function MomentFields({ draft, choose, errors }: RuleFieldsProps) {
  return (
    <>
      <SelectField
        name="bind_at"
        label="Looked at"
        value={draft.bind_at}
        onChange={(event) => choose("bind_at", oneOf(bindMoments, event.target.value))}
        options={optionsOf(bindWords, momentsFor(draft.basis))}
        error={errors("bind_at")}
      />
      <SelectField
        name="failure_mode"
        label="If it cannot be evaluated"
        value={draft.failure_mode}
        onChange={(event) => choose("failure_mode", oneOf([...failureModes, "null"], event.target.value))}
        options={optionsOf(failureModeWords)}
        error={errors("failure_mode")}
      />
      <SelectField
        name="category"
        label="Category"
        value={draft.category}
        onChange={(event) => choose("category", oneOf(policyCategories, event.target.value))}
        options={optionsOf(categoryWords)}
        error={errors("category")}
      />
    </>
  );
}

// The options of a select are made from the same list, so one of them is always found.
function oneOf<T extends string>(values: readonly [T, ...T[]], value: string): T {
  return values.find((one) => one === value) ?? values[0];
}
