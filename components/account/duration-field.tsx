"use client";

import { useState } from "react";
import { NumberField, SelectField } from "@/components/ui/field";

const units = [
  { value: "1000", label: "seconds" },
  { value: "60000", label: "minutes" },
  { value: "3600000", label: "hours" },
  { value: "86400000", label: "days" },
];

interface DurationProps {
  name: string;
  label: string;
  hint?: string;
  defaultMs: number;
  error?: string | undefined;
}

/** A time to wait in a unit people think in; sent in milliseconds. */
export function DurationField({ name, label, hint, defaultMs, error }: Readonly<DurationProps>) {
  const [unitMs, setUnitMs] = useState(largestUnitOf(defaultMs));
  const [amount, setAmount] = useState(String(defaultMs / largestUnitOf(defaultMs)));
  const ms = amount === "" ? "" : String(Math.round(Number(amount) * unitMs));
  return (
    <div className="grid grid-cols-[1fr_8rem] items-start gap-2">
      <input type="hidden" name={name} value={ms} />
      <NumberField
        name={`${name} amount`}
        form=""
        label={label}
        hint={hint}
        min={0}
        step="any"
        required
        value={amount}
        onChange={(event) => setAmount(event.currentTarget.value)}
        error={error}
      />
      <SelectField
        name={`${name} unit`}
        form=""
        label="Unit"
        value={String(unitMs)}
        onChange={(event) => setUnitMs(Number(event.currentTarget.value))}
        options={units}
      />
    </div>
  );
}

function largestUnitOf(ms: number): number {
  const fitting = units.map(({ value }) => Number(value)).filter((unit) => ms >= unit && ms % unit === 0);
  return fitting.at(-1) ?? 1_000;
}
