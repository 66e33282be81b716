"use client";

import { lazy, Suspense, useSyncExternalStore } from "react";
import { TextAreaField } from "@/components/ui/field";
import type { BindMoment } from "@/db/vocabulary";

const ConditionCode = lazy(() =>
  import("@/components/policies/condition-code").then(({ ConditionCode: component }) => ({ default: component })),
);

export interface ConditionEditorProps {
  name: string;
  value: string;
  onValueChange: (value: string) => void;
  bindAt: BindMoment;
  error?: string | undefined;
}

const never = () => () => undefined;

/** A condition in CEL. A plain text area until the editor is there, and where there is no JavaScript. */
export function ConditionEditor(props: ConditionEditorProps) {
  const isBrowser = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  const { name, value, onValueChange, error } = props;
  const area = (
    <TextAreaField
      name={name}
      label="Condition"
      hint="CEL. It acts where this is true; docs/conditions.md says what can be read."
      mono
      rows={4}
      maxLength={1_024}
      spellCheck={false}
      value={value}
      onChange={(event) => onValueChange(event.target.value)}
      error={error}
    />
  );
  if (!isBrowser) return area;
  return (
    <Suspense fallback={area}>
      <ConditionCode {...props} />
    </Suspense>
  );
}
