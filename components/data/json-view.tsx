"use client";

import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { classes } from "@/components/ui/classes";
import { CopyButton } from "@/components/ui/copy";
import { count } from "./format";

/** Longer texts are folded, longer lists come in portions of this. */
const longText = 400;
const portion = 100;

/** A JSON value as a tree: what is closed is not in the page. */
export function JsonView({ value, label }: { value: unknown; label: string }) {
  return (
    <section aria-label={label} className="rounded-md border bg-sunken">
      <div className="flex h-8 items-center gap-2 border-b pr-1 pl-3 text-muted text-xs">
        <span className="min-w-0 flex-1 truncate">{label}</span>
        <CopyButton value={JSON.stringify(value, null, 2) ?? "null"} label={`Copy ${label}`} />
      </div>
      <div className="overflow-x-auto px-2 py-2 font-mono text-xs leading-5">
        <Node value={value} depth={0} />
      </div>
    </section>
  );
}

function Node({ name, value, depth }: { name?: string; value: unknown; depth: number }) {
  const entries = entriesOf(value);
  if (entries === null || entries.length === 0) {
    return (
      <div className="pl-4">
        <Name name={name} />
        <Leaf value={value} />
      </div>
    );
  }
  return <Branch {...(name === undefined ? {} : { name })} value={value} entries={entries} depth={depth} />;
}

interface BranchProps {
  name?: string;
  value: unknown;
  entries: readonly (readonly [string, unknown])[];
  depth: number;
}

function Branch({ name, value, entries, depth }: BranchProps) {
  const [isOpen, setIsOpen] = useState(depth < 2 && entries.length <= 50);
  const [shown, setShown] = useState(portion);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  return (
    <div>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
        className="flex w-full items-center rounded text-left hover:bg-hover"
      >
        <ChevronRight aria-hidden className={classes("size-3 w-4 shrink-0 text-faint", isOpen && "rotate-90")} />
        <Name name={name} />
        <span className="text-faint">
          {open}
          {isOpen ? "" : `… ${close} ${count(entries.length)}`}
        </span>
      </button>
      {isOpen ? (
        <>
          <div className="ml-[7px] border-l pl-2">
            {entries.slice(0, shown).map(([key, inner]) => (
              <Node key={key} name={key} value={inner} depth={depth + 1} />
            ))}
            {entries.length > shown ? (
              <button type="button" onClick={() => setShown(shown + portion)} className="pl-4 text-accent">
                {count(entries.length - shown)} more
              </button>
            ) : null}
          </div>
          <div className="pl-4 text-faint">{close}</div>
        </>
      ) : null}
    </div>
  );
}

function Name({ name }: { name?: string | undefined }) {
  return name === undefined ? null : <span className="mr-1 shrink-0 text-muted">{name}:</span>;
}

function Leaf({ value }: { value: unknown }) {
  const [isWhole, setIsWhole] = useState(false);
  if (typeof value !== "string") return <span className="text-tone-low">{JSON.stringify(value) ?? "undefined"}</span>;
  const isLong = value.length > longText && !isWhole;
  return (
    <span className="whitespace-pre-wrap break-words text-ink">
      {JSON.stringify(isLong ? value.slice(0, longText) : value)}
      {isLong ? (
        <button type="button" onClick={() => setIsWhole(true)} className="ml-1 text-accent">
          {count(value.length - longText)} characters more
        </button>
      ) : null}
    </span>
  );
}

function entriesOf(value: unknown): [string, unknown][] | null {
  return typeof value === "object" && value !== null ? Object.entries(value) : null;
}
