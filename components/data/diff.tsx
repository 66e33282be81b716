"use client";

import { useState } from "react";
import { classes } from "@/components/ui/classes";
import { type FieldChange, fieldChanges } from "./diff-fields";
import { plural } from "./format";

interface DiffProps {
  before: Readonly<Record<string, unknown>> | null;
  after: Readonly<Record<string, unknown>> | null;
}

/** What a change did, field by field; fields that stayed are folded away. */
export function Diff({ before, after }: DiffProps) {
  const [showsSame, setShowsSame] = useState(false);
  const all = fieldChanges(before, after);
  const same = all.filter(({ kind }) => kind === "same").length;
  const shown = showsSame ? all : all.filter(({ kind }) => kind !== "same");
  return (
    <div className="overflow-hidden rounded-md border text-xs">
      {all.length > same || showsSame ? null : <p className="px-3 py-2 text-muted">No field changed.</p>}
      {shown.length === 0 ? null : (
        <table className="w-full table-fixed">
          <caption className="sr-only">Fields before and after</caption>
          <thead className="sr-only">
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Before and after</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((change) => (
              <ChangeRow key={change.field} change={change} />
            ))}
          </tbody>
        </table>
      )}
      {same === 0 ? null : (
        <button
          type="button"
          aria-expanded={showsSame}
          onClick={() => setShowsSame(!showsSame)}
          className="flex h-7 w-full items-center px-3 text-muted hover:bg-hover hover:text-ink"
        >
          {showsSame ? "Hide" : "Show"} {plural(same, "field")} that stayed
        </button>
      )}
    </div>
  );
}

function ChangeRow({ change: { field, kind, before, after } }: { change: FieldChange }) {
  return (
    <tr className="border-b align-top last:border-b-0">
      <th scope="row" className="w-2/5 break-words border-b px-3 py-1.5 text-left font-mono font-normal text-muted">
        {field}
      </th>
      <td className="border-b px-3 py-1.5 font-mono">
        {kind === "same" ? <Value value={after} /> : null}
        {kind === "changed" || kind === "removed" ? <Value value={before} mark="−" /> : null}
        {kind === "changed" || kind === "added" ? <Value value={after} mark="+" /> : null}
      </td>
    </tr>
  );
}

const spoken = { "−": "before", "+": "after" } as const;

function Value({ value, mark }: { value: unknown; mark?: "−" | "+" }) {
  const colour = mark === "−" ? "text-tone-deny" : mark === "+" ? "text-tone-allow" : "text-muted";
  return (
    <span className={classes("flex gap-2", mark === "−" && "line-through decoration-1 decoration-strong")}>
      {mark ? (
        <span className={classes("w-2 shrink-0 no-underline", colour)}>
          <span aria-hidden>{mark}</span>
          <span className="sr-only">{spoken[mark]}</span>
        </span>
      ) : null}
      <span className="min-w-0 whitespace-pre-wrap break-words">{written(value)}</span>
    </span>
  );
}

function written(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 1);
}
