import type { ReactNode } from "react";
import { classes } from "@/components/ui/classes";

export interface FieldTexts {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | undefined;
}

/** The ids by which a control names its hint and its error. */
export function describedBy(id: string, { hint, error }: Pick<FieldTexts, "hint" | "error">): string | undefined {
  const ids = [error ? `${id}-error` : null, hint ? `${id}-hint` : null].filter((part) => part !== null);
  return ids.length === 0 ? undefined : ids.join(" ");
}

interface FrameProps extends FieldTexts {
  id: string;
  isOptional?: boolean | undefined;
  className?: string | undefined;
  children: ReactNode;
}

/** Label above, control, then the error or the hint: what was wrong stands where it is mended. */
export function FieldFrame({ id, label, hint, error, isOptional, className, children }: FrameProps) {
  return (
    <div className={classes("min-w-0", className)}>
      <label htmlFor={id} className="mb-1 block font-medium text-xs">
        {label}
        {isOptional ? <span className="ml-1 font-normal text-faint">optional</span> : null}
      </label>
      {children}
      <FieldNotes id={id} hint={hint} error={error} />
    </div>
  );
}

export function FieldNotes({ id, hint, error }: { id: string } & Omit<FieldTexts, "label">) {
  return (
    <>
      {error ? (
        <p id={`${id}-error`} className="mt-1 font-medium text-tone-deny text-xs">
          {error}
        </p>
      ) : null}
      {hint ? (
        <p id={`${id}-hint`} className="mt-1 text-muted text-xs">
          {hint}
        </p>
      ) : null}
    </>
  );
}

export const controlClass =
  "block w-full rounded-md border border-strong bg-raised px-2.5 text-sm text-ink transition-colors duration-100 hover:border-muted focus-visible:border-focus focus-visible:outline-offset-0 disabled:cursor-not-allowed disabled:bg-sunken disabled:text-muted [&[readonly]]:bg-sunken aria-invalid:border-tone-deny";
