"use client";

import { KeyIdsField } from "@/components/policies/key-ids-field";
import type { FieldOption } from "@/components/ui/field";
import { SelectField, TextAreaField } from "@/components/ui/field";

interface ScopeFieldsProps {
  /** "tenant" or "all_runs": takes no ids. */
  whole: string;
  type: string;
  ids: string;
  options: readonly FieldOption[];
  /** Shown below the ids. */
  hint: string;
  /** Whether none at all means each one. */
  isOptional?: boolean;
  onType: (type: string) => void;
  onIds: (ids: string) => void;
  errors: (name: string) => string | undefined;
}

/** For whom: a type, and ids where the type takes some. */
export function ScopeFields(props: ScopeFieldsProps) {
  const { whole, type, ids, options, hint, isOptional = false, onType, onIds, errors } = props;
  return (
    <>
      <SelectField
        name="scope.type"
        label="Holds for"
        value={type}
        onChange={(event) => onType(event.target.value)}
        options={options}
        error={errors("scope.type")}
      />
      {type === whole ? null : type === "api_key" ? (
        <KeyIdsField
          name="scope.ids"
          value={ids}
          onValueChange={onIds}
          isOptional={isOptional}
          error={errors("scope.ids")}
        />
      ) : (
        <TextAreaField
          name="scope.ids"
          label={idLabels[type] ?? "Ids"}
          hint={hint}
          isOptional={isOptional}
          mono
          rows={2}
          value={ids}
          onChange={(event) => onIds(event.target.value)}
          error={errors("scope.ids")}
        />
      )}
    </>
  );
}

const idLabels: Readonly<Record<string, string>> = {
  agent: "Agent ids",
  human_actor: "Ids of people",
  project: "Projects",
  provider: "Providers",
};
