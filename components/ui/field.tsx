// Form fields: native inputs, so that a form works before and without JavaScript. Label, hint and error are wired by id.

import { ChevronDown } from "lucide-react";
import { type ComponentProps, type ReactNode, useId } from "react";
import { classes } from "@/components/ui/classes";
import { controlClass, describedBy, FieldFrame, FieldNotes, type FieldTexts } from "@/components/ui/field-frame";

type Named = { name: string; isOptional?: boolean | undefined } & FieldTexts;

type TextFieldProps = Named & {
  /** Stands inside, at the end: a unit. */
  unit?: string | undefined;
  /** For ids, keys and expressions. */
  mono?: boolean | undefined;
} & Omit<ComponentProps<"input">, "name" | "id">;

export function TextField({ label, hint, error, unit, mono, isOptional, className, ...input }: TextFieldProps) {
  const id = useId();
  return (
    <FieldFrame id={id} label={label} hint={hint} error={error} isOptional={isOptional} className={className}>
      <span className="relative block">
        <input
          {...input}
          id={id}
          aria-invalid={error ? true : undefined}
          aria-describedby={describedBy(id, { hint, error })}
          className={classes(
            controlClass,
            "h-8",
            mono && "font-mono text-xs",
            input.type === "number" && "tabular-nums",
          )}
          style={unit === undefined ? undefined : { paddingRight: `${unit.length + 2}ch` }}
        />
        {unit === undefined ? null : (
          <span className="pointer-events-none absolute inset-y-0 right-2.5 flex items-center text-muted text-xs">
            {unit}
          </span>
        )}
      </span>
    </FieldFrame>
  );
}

/** Whole numbers by default; `step="any"` for fractions. */
export function NumberField(props: TextFieldProps) {
  return <TextField inputMode="decimal" {...props} type="number" />;
}

type TextAreaFieldProps = Named & { mono?: boolean | undefined } & Omit<ComponentProps<"textarea">, "name" | "id">;

export function TextAreaField({ label, hint, error, mono, isOptional, className, ...area }: TextAreaFieldProps) {
  const id = useId();
  return (
    <FieldFrame id={id} label={label} hint={hint} error={error} isOptional={isOptional} className={className}>
      <textarea
        rows={3}
        {...area}
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, { hint, error })}
        className={classes(controlClass, "resize-y py-1.5", mono && "font-mono text-xs leading-5")}
      />
    </FieldFrame>
  );
}

export interface FieldOption {
  value: string;
  label: string;
  hint?: ReactNode;
  disabled?: boolean | undefined;
}

type SelectFieldProps = Named & { options: readonly FieldOption[] } & Omit<ComponentProps<"select">, "name" | "id">;

/** The chosen option's own hint is shown when the select is controlled (`value`). */
export function SelectField({ label, hint, error, options, isOptional, className, ...select }: SelectFieldProps) {
  const id = useId();
  const note = options.find(({ value }) => value === select.value)?.hint ?? hint;
  return (
    <FieldFrame id={id} label={label} hint={note} error={error} isOptional={isOptional} className={className}>
      <span className="relative block">
        <select
          {...select}
          id={id}
          aria-invalid={error ? true : undefined}
          aria-describedby={describedBy(id, { hint: note, error })}
          className={classes(controlClass, "h-8 appearance-none pr-8")}
        >
          {options.map(({ value, label: text, disabled }) => (
            <option key={value} value={value} disabled={disabled ?? false}>
              {text}
            </option>
          ))}
        </select>
        <ChevronDown aria-hidden className="pointer-events-none absolute top-2.5 right-2.5 size-3.5 text-muted" />
      </span>
    </FieldFrame>
  );
}

type CheckboxFieldProps = Omit<Named, "isOptional"> & Omit<ComponentProps<"input">, "name" | "id" | "type">;

export function CheckboxField({ label, hint, error, className, ...input }: CheckboxFieldProps) {
  const id = useId();
  return (
    <div className={classes("flex gap-2", className)}>
      <input
        {...input}
        type="checkbox"
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, { hint, error })}
        className="mt-0.5 size-4 shrink-0 accent-accent"
      />
      <div className="min-w-0">
        <label htmlFor={id} className="text-sm">
          {label}
        </label>
        <FieldNotes id={id} hint={hint} error={error} />
      </div>
    </div>
  );
}

type ChoiceFieldProps = Omit<Named, "isOptional"> & {
  options: readonly FieldOption[];
  defaultValue?: string | undefined;
  value?: string | undefined;
  onValueChange?: ((value: string) => void) | undefined;
  /** How many stand side by side where there is room. */
  columns?: 1 | 2 | 3 | 4 | undefined;
  required?: boolean | undefined;
};

const columnClass = {
  1: "",
  2: "sm:grid-cols-2",
  3: "sm:grid-cols-3",
  4: "sm:grid-cols-2 lg:grid-cols-4",
} as const;

/** Few options that deserve a sentence each, as cards around radio buttons. */
export function ChoiceField({ name, label, hint, error, options, columns = 1, ...rest }: ChoiceFieldProps) {
  const id = useId();
  return (
    <fieldset className="min-w-0" aria-describedby={describedBy(id, { hint, error })}>
      <legend className="mb-1 block font-medium text-xs">{label}</legend>
      <div className={classes("grid gap-2", columnClass[columns])}>
        {options.map((option) => (
          <Card key={option.value} name={name} option={option} {...rest} />
        ))}
      </div>
      <FieldNotes id={id} hint={hint} error={error} />
    </fieldset>
  );
}

type CardProps = { name: string; option: FieldOption } & Pick<
  ChoiceFieldProps,
  "value" | "defaultValue" | "onValueChange" | "required"
>;

function Card({ name, option, value, defaultValue, onValueChange, required }: CardProps) {
  const chosen =
    value === undefined ? { defaultChecked: defaultValue === option.value } : { checked: value === option.value };
  return (
    <label className="flex gap-2 rounded-lg border px-3 py-2 transition-colors duration-100 hover:bg-hover has-checked:border-accent has-disabled:cursor-not-allowed has-checked:bg-selected has-disabled:opacity-50">
      <input
        type="radio"
        name={name}
        value={option.value}
        {...chosen}
        required={required}
        disabled={option.disabled}
        onChange={() => onValueChange?.(option.value)}
        className="mt-0.5 size-4 shrink-0 accent-accent"
      />
      <span className="min-w-0">
        <span className="block font-medium">{option.label}</span>
        {option.hint ? <span className="block text-muted text-xs">{option.hint}</span> : null}
      </span>
    </label>
  );
}

/** Fields that belong together, under one name. */
export function Fieldset({ legend, hint, children }: { legend: ReactNode; hint?: ReactNode; children: ReactNode }) {
  return (
    <fieldset className="min-w-0">
      <legend className="font-semibold text-sm">{legend}</legend>
      {hint ? <p className="mt-0.5 text-muted">{hint}</p> : null}
      <div className="mt-3 grid gap-4">{children}</div>
    </fieldset>
  );
}
