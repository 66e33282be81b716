"use client";

import { useDeferredValue, useEffect, useId, useRef } from "react";
import { conditionFaults } from "@/components/policies/condition-check";
import { type ConditionView, openConditionView } from "@/components/policies/condition-code-mirror";
import type { ConditionEditorProps } from "@/components/policies/condition-editor";
import { conditionExamples } from "@/components/policies/condition-examples";
import { classes } from "@/components/ui/classes";
import { FieldNotes } from "@/components/ui/field-frame";
import type { Diagnostic } from "@/server/policy-language/diagnostics/diagnostic";

/** The condition as code: highlighted, completed and checked as it is typed. */
export function ConditionCode({ name, value, onValueChange, bindAt, error }: ConditionEditorProps) {
  const id = useId();
  const faults = conditionFaults(useDeferredValue(value), bindAt);
  const [frame, view] = useConditionView({ value, onValueChange, bindAt, labelId: id });
  return (
    <div className="min-w-0">
      <div className="mb-1 flex flex-wrap items-baseline gap-x-3">
        <span id={id} className="font-medium text-xs">
          Condition
        </span>
        <Examples onChoose={(condition) => view.current?.replace(condition)} />
      </div>
      <input type="hidden" name={name} value={value} />
      <div
        ref={frame}
        className={classes(
          "rounded-md border bg-raised hover:border-muted has-focus-visible:border-focus",
          error !== undefined || faults.length > 0 ? "border-tone-deny" : "border-strong",
        )}
      />
      <Faults source={value} faults={faults} onShow={(fault) => view.current?.select(fault.span)} />
      <FieldNotes id={id} error={faults.length > 0 ? undefined : error} />
    </div>
  );
}

function useConditionView(options: Omit<ConditionEditorProps, "name" | "error"> & { labelId: string }) {
  const frame = useRef<HTMLDivElement>(null);
  const view = useRef<ConditionView | null>(null);
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
    view.current?.check(options.bindAt);
  });
  useEffect(() => {
    if (frame.current === null) return;
    const opened = openConditionView(frame.current, {
      value: latest.current.value,
      bindAt: () => latest.current.bindAt,
      labelId: latest.current.labelId,
      onChange: (value) => latest.current.onValueChange(value),
    });
    view.current = opened;
    return () => opened.close();
  }, []);
  return [frame, view] as const;
}

function Examples({ onChoose }: { onChoose: (condition: string) => void }) {
  return (
    <span className="flex flex-wrap gap-x-2 text-muted text-xs">
      Begin from:
      {conditionExamples.map(({ label, condition }) => (
        <button
          key={label}
          type="button"
          title={condition}
          onClick={() => onChoose(condition)}
          className="rounded underline decoration-line underline-offset-2 hover:text-ink hover:decoration-strong"
        >
          {label}
        </button>
      ))}
    </span>
  );
}

interface FaultsProps {
  source: string;
  faults: readonly Diagnostic[];
  onShow: (fault: Diagnostic) => void;
}

function Faults({ source, faults, onShow }: FaultsProps) {
  return (
    <div aria-live="polite" className="mt-1 text-xs">
      {faults.map((fault) => (
        <p key={`${fault.code}:${fault.span.from}`}>
          <button type="button" className="text-left text-tone-deny hover:underline" onClick={() => onShow(fault)}>
            {place(source, fault)}: {fault.message}
          </button>{" "}
          {fault.hint === undefined ? null : <span className="text-muted">{fault.hint}</span>}
        </p>
      ))}
      {faults.length === 0 ? (
        <p className="text-muted">
          {source.trim() === ""
            ? "It acts where this is true. Ctrl+Space offers what can be read."
            : "It can be read and evaluated."}
        </p>
      ) : null}
    </div>
  );
}

function place(source: string, { span }: Diagnostic): string {
  const before = source.slice(0, span.from).split("\n");
  const column = (before.at(-1)?.length ?? 0) + 1;
  return before.length === 1 ? `Column ${column}` : `Line ${before.length}, column ${column}`;
}
