"use client";

import { type ReactNode, useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { CopyButton } from "@/components/ui/copy";
import type { ActionState } from "@/server/platform/http/action";
import type { Endpoint } from "@/server/platform/http/contract";
import { errorOf, otherErrors } from "./action-errors";
import { type ServerAction, useAction } from "./use-action";

export type Failure = Extract<ActionState<unknown>, { ok: false }>["problem"];

export interface ActionFormProps<V> {
  action: ServerAction<V>;
  /** The reads that this write makes stale. */
  refreshes: readonly Endpoint[];
  onDone?: (value: V) => void;
  /** Takes the form's place after success. */
  result?: (value: V) => ReactNode;
  /** The button's words. */
  submit: string;
  /** Nothing is left to send; what was typed stays. */
  isOver?: boolean;
  variant?: "primary" | "secondary" | "quiet" | "danger";
  size?: "small" | "normal";
  children?: (errors: (name: string) => string | undefined, pending: boolean) => ReactNode;
  cancel?: ReactNode;
  /** Path parameters and fields nobody types. */
  hidden?: Readonly<Record<string, string>>;
  /** Button and fields in one line. */
  inline?: boolean;
  /** Tells a refusal in the form's own way; null leaves it to the form. */
  refused?: (problem: Failure) => ReactNode;
}

/** A form over a server action: works before hydration, keeps what was typed when the server refuses. */
export function ActionForm<V>(props: ActionFormProps<V>) {
  const { submit, variant = "primary", size = "normal", hidden = {}, inline = false } = props;
  const { state, pending, action, onSubmit } = useAction(props.action, props);
  const form = useRef<HTMLFormElement>(null);
  const problem = state?.ok === false ? state.problem : null;
  useFocusOnFault(form, problem);
  if (state?.ok === true && props.result) return props.result(state.value);
  const asked = new Set<string>();
  const errors = (name: string) => {
    asked.add(name);
    return problem ? errorOf(problem.errors ?? [], name) : undefined;
  };
  const fields = props.children?.(errors, pending);
  return (
    <form
      ref={form}
      action={action}
      onSubmit={onSubmit}
      className={inline ? "flex flex-wrap items-end gap-2" : "flex flex-col gap-4"}
    >
      <HiddenFields values={hidden} />
      {fields}
      {problem ? (props.refused?.(problem) ?? <Refused problem={problem} shown={asked} />) : null}
      <div className="flex flex-wrap items-center justify-end gap-2">
        {props.cancel}
        <Button type="submit" variant={variant} size={size} pending={pending} disabled={props.isOver}>
          {submit}
        </Button>
      </div>
    </form>
  );
}

function HiddenFields({ values }: { values: Readonly<Record<string, string>> }) {
  return Object.entries(values).map(([name, value]) => <input key={name} type="hidden" name={name} value={value} />);
}

function useFocusOnFault(form: { current: HTMLFormElement | null }, problem: Failure | null): void {
  useEffect(() => {
    if (problem) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [form, problem]);
}

/** What the server refused, without the errors that already stand at their fields. */
function Refused({ problem, shown }: { problem: Failure; shown: ReadonlySet<string> }) {
  const errors = problem.errors ?? [];
  const others = otherErrors(errors, shown);
  const areAllAtFields = errors.length > 0 && others.length === 0;
  return (
    <div role="alert" className="w-full">
      <Callout tone="error" title={areAllAtFields ? "Some fields need another value" : problem.title}>
        {areAllAtFields ? null : <p>{errors.length > 0 ? null : problem.detail}</p>}
        {others.map((error) => (
          <p key={error.pointer + error.detail}>
            <code>{error.pointer}</code>: {error.detail}
          </p>
        ))}
        {problem.request_id === "" || areAllAtFields ? null : <RequestId id={problem.request_id} />}
      </Callout>
    </div>
  );
}

function RequestId({ id }: { id: string }) {
  return (
    <p className="mt-1 flex items-center gap-1 text-xs text-muted">
      Request <code>{id}</code>
      <CopyButton value={id} label="Copy the request's id" />
    </p>
  );
}
