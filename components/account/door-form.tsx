"use client";

import { type ReactNode, useActionState } from "react";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import type { DoorAction, DoorState } from "./door-state";

interface DoorFormProps {
  action: DoorAction;
  submit: string;
  variant?: "primary" | "secondary" | "danger";
  size?: "small" | "normal";
  children?: (state: DoorState | null) => ReactNode;
  /** Takes the form's place when it was done. */
  done?: (value: Readonly<Record<string, unknown>>) => ReactNode;
}

/** A form over the sign-in door, with and without scripts. */
export function DoorForm({
  action,
  submit,
  variant = "primary",
  size = "normal",
  children,
  done,
}: Readonly<DoorFormProps>) {
  const [state, send, isPending] = useActionState(action, null);
  if (state?.ok && done) return done(state.value);
  return (
    <form action={send} className="flex max-w-90 flex-col items-start gap-4 [&>*:not(button)]:w-full">
      {children?.(state)}
      <Failure state={state} />
      <Button type="submit" variant={variant} size={size} pending={isPending}>
        {submit}
      </Button>
    </form>
  );
}

// What belongs to a field stands at the field.
function Failure({ state }: Readonly<{ state: DoorState | null }>) {
  if (state === null || state.ok || (state.problem.errors?.length ?? 0) > 0) return null;
  return (
    <Callout tone="deny" title={state.problem.title}>
      {state.problem.detail}
    </Callout>
  );
}
