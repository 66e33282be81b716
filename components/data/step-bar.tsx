import { Check } from "lucide-react";
import { classes } from "@/components/ui/classes";
import { Time } from "./time";

export interface BarStep {
  id: string;
  label: string;
  at?: string | null;
  state: "done" | "current" | "todo";
}

/** The states of a thing in their order, and which it is in. */
export function StepBar({ steps }: { steps: readonly BarStep[] }) {
  return (
    <ol className="flex flex-wrap items-center gap-y-2 text-sm">
      {steps.map((step, index) => (
        <li
          key={step.id}
          aria-current={step.state === "current" ? "step" : undefined}
          className="flex items-center gap-2 pr-2"
        >
          {index === 0 ? null : (
            <span
              aria-hidden
              className={classes("h-px w-6 max-sm:w-3", step.state === "todo" ? "bg-line" : "bg-strong")}
            />
          )}
          <Dot state={step.state} number={index + 1} />
          <span
            className={step.state === "todo" ? "text-faint" : step.state === "current" ? "font-medium" : "text-muted"}
          >
            {step.label}
            <span className="sr-only">{spoken[step.state]}</span>
          </span>
          {step.at ? (
            <span className="text-muted text-xs">
              <Time at={step.at} />
            </span>
          ) : null}
        </li>
      ))}
    </ol>
  );
}

const spoken = { done: ", done", current: ", now", todo: ", not yet" } as const;

function Dot({ state, number }: { state: BarStep["state"]; number: number }) {
  if (state === "done") {
    return (
      <span
        aria-hidden
        className="flex size-5 items-center justify-center rounded-full bg-tone-neutral-soft text-muted"
      >
        <Check className="size-3" />
      </span>
    );
  }
  return (
    <span
      aria-hidden
      className={classes(
        "flex size-5 items-center justify-center rounded-full text-xs tabular-nums",
        state === "current" ? "bg-accent text-on-accent" : "border border-strong text-faint",
      )}
    >
      {number}
    </span>
  );
}
