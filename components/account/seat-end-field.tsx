"use client";

import { useState } from "react";
import { TextField } from "@/components/ui/field";

/** The last day of a seat. Sent as the end of that day, UTC; empty: the seat does not end by itself. */
export function SeatEndField({
  defaultValue = null,
  error,
}: Readonly<{ defaultValue?: string | null; error?: string | undefined }>) {
  const [day, setDay] = useState(defaultValue?.slice(0, 10) ?? "");
  return (
    <>
      <input type="hidden" name="expires_at" value={day === "" ? "null" : `${day}T23:59:59.000Z`} />
      <TextField
        name=""
        label="Last day"
        type="date"
        isOptional
        hint="For an audit, say. Empty: it does not end by itself. The day ends at midnight UTC."
        value={day}
        onChange={(event) => setDay(event.currentTarget.value)}
        error={error}
      />
    </>
  );
}
