"use client";

import { useState } from "react";
import { TextField } from "@/components/ui/field";
import { dayAfter, quarterDays, startOfDay } from "./calendar";

interface PeriodFieldsProps {
  /** ISO; the period must contain it. */
  incidentAt: string;
  zone: string;
  errors: (name: string) => string | undefined;
}

/** The period of a SOC2 report in days of the tenant's zone; without a change the calendar quarter of the incident. */
export function PeriodFields({ incidentAt, zone, errors }: PeriodFieldsProps) {
  const quarter = quarterDays(incidentAt, zone);
  const [first, setFirst] = useState(quarter.first);
  const [last, setLast] = useState(quarter.last);
  const start = startOfDay(first, zone);
  const end = startOfDay(dayAfter(last), zone);
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 block font-medium text-xs">Compliance period</legend>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          name="period_first"
          form=""
          type="date"
          label="From"
          required
          value={first}
          onChange={(event) => setFirst(event.target.value)}
          error={errors("compliance_period_start")}
        />
        <TextField
          name="period_last"
          form=""
          type="date"
          label="To, this day included"
          required
          value={last}
          onChange={(event) => setLast(event.target.value)}
          error={errors("compliance_period_end")}
        />
      </div>
      <p className="mt-1 text-muted text-xs">
        Days in {zone}. It begins as the calendar quarter of the incident, and must contain the incident.
      </p>
      <input type="hidden" name="compliance_period_start" value={start ?? ""} />
      <input type="hidden" name="compliance_period_end" value={end ?? ""} />
    </fieldset>
  );
}
