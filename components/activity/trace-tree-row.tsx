"use client";

import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { useActorName } from "@/components/account/use-actor-names";
import { count, duration, money, words } from "@/components/data/format";
import { classes } from "@/components/ui/classes";
import { Mark } from "@/components/ui/mark";
import { recordWords } from "./step-decision";
import type { Bar, RecordRow, StepRow, TreeRow } from "./trace-rows";

/** The columns of the tree; narrow ones keep step, decision and duration. */
export const traceGrid =
  "grid grid-cols-[minmax(0,1fr)_7rem_5.5rem] items-center gap-3 border-b px-2 py-1 text-muted text-xs @2xl:grid-cols-[minmax(0,1fr)_7rem_6rem_7rem_6.5rem]";

interface RowProps {
  row: TreeRow;
  place: { id: string; top: number; height: number };
  isSelected: boolean;
  onSelect: (id: string) => void;
  onToggle: (id: string) => void;
}

export function TraceTreeRow({ row, place, isSelected, onSelect, onToggle }: RowProps) {
  const isInflection = row.kind === "step" && row.step.is_inflection;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the focus and takes the keys.
    <div
      id={place.id}
      role="treeitem"
      aria-level={row.level}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-selected={isSelected}
      aria-expanded={row.isExpandable ? row.isExpanded : undefined}
      tabIndex={-1}
      onClick={() => onSelect(row.id)}
      style={{ top: place.top, height: place.height }}
      className={classes(
        "absolute inset-x-0 grid cursor-pointer items-center gap-3 px-2 text-sm",
        row.kind === "step"
          ? "grid-cols-[minmax(0,1fr)_7rem_5.5rem] @2xl:grid-cols-[minmax(0,1fr)_7rem_6rem_7rem_6.5rem]"
          : "grid-cols-[minmax(0,1fr)_4rem] @2xl:grid-cols-[minmax(0,1fr)_14rem]",
        isSelected ? "bg-selected" : "hover:bg-hover",
        isInflection && "border-tone-deny border-y font-medium",
      )}
    >
      {isInflection ? <span aria-hidden className="absolute inset-y-0 left-0 w-1 bg-tone-deny" /> : null}
      <span className="flex min-w-0 items-center gap-1.5" style={{ paddingLeft: (row.level - 1) * 18 }}>
        <Twist row={row} onToggle={onToggle} />
        {row.kind === "step" ? <StepName row={row} /> : <RecordName row={row} />}
      </span>
      {row.kind === "step" ? <StepFigures row={row} /> : <RecordFigures row={row} />}
    </div>
  );
}

function Twist({ row, onToggle }: Pick<RowProps, "row" | "onToggle">) {
  if (!row.isExpandable) return <span className="w-5 shrink-0" />;
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-hidden
      className="flex size-5 shrink-0 items-center justify-center rounded text-faint hover:text-ink"
      onClick={(event) => {
        event.stopPropagation();
        onToggle(row.id);
      }}
    >
      <ChevronRight className={classes("size-3.5", row.isExpanded && "rotate-90")} />
    </button>
  );
}

function StepName({ row: { step } }: { row: StepRow }) {
  return (
    <>
      <span className="w-6 shrink-0 text-right text-faint tabular-nums">{step.step_index}</span>
      <span className="truncate">{step.skill ?? words(step.type)}</span>
      <span className="hidden truncate text-muted text-xs @3xl:block">
        {[step.skill === null ? null : words(step.type), step.model].filter((part) => part !== null).join(" · ")}
      </span>
    </>
  );
}

function RecordName({ row: { record } }: { row: RecordRow }) {
  const said = recordWords(record, useActorName());
  return (
    <>
      <span className="truncate text-muted" title={said}>
        {said}
      </span>
      <span className="shrink-0 text-faint text-xs tabular-nums">record {count(record.seq)}</span>
    </>
  );
}

function StepFigures({ row }: { row: StepRow }) {
  const { step, mark } = row;
  const isClosing = step.type === "violation" || step.type === "stopped";
  if (isClosing) return <StepMarkCell row={row} />;
  return (
    <>
      <StepMarkCell row={row} />
      <BarCell bar={row.durationBar}>{duration(step.duration_ms)}</BarCell>
      <span className="hidden @2xl:block">
        <BarCell bar={row.costBar}>
          {row.costBar.state === "estimate" ? `${money(step.estimate.cost_cents)} est.` : money(step.cost_cents)}
        </BarCell>
      </span>
      <span
        className={classes(
          "hidden text-right text-xs tabular-nums @2xl:block",
          mark.tone === "deny" ? "text-tone-deny" : "text-muted",
        )}
      >
        {count(row.tokensSoFar)}
        {row.tokensAsked > 0 ? ` + ${count(row.tokensAsked)}` : ""}
      </span>
    </>
  );
}

function StepMarkCell({ row: { mark, step } }: { row: StepRow }) {
  return (
    <Mark tone={mark.tone} quiet={!step.is_inflection}>
      {mark.word}
    </Mark>
  );
}

function RecordFigures({ row: { record } }: { row: RecordRow }) {
  return <code className="truncate text-faint text-xs">{record.content_hash.replace("sha256:", "")}</code>;
}

const barLooks = {
  known: "bg-strong",
  estimate: "border border-strong border-dashed",
  unknown: "",
  none: "",
} as const;

function BarCell({ bar, children }: { bar: Bar; children: ReactNode }) {
  const isUnknown = bar.state === "unknown";
  return (
    <span className="flex min-w-0 items-center gap-2">
      <span aria-hidden className="h-1.5 min-w-0 flex-1">
        <span
          className={classes("block h-full rounded-full", barLooks[bar.state])}
          style={{ width: `${Math.max(bar.state === "none" ? 0 : 2, bar.share * 100)}%` }}
        />
      </span>
      <span className={classes("shrink-0 text-xs tabular-nums", isUnknown ? "text-faint" : "text-muted")}>
        {isUnknown ? "–" : children}
      </span>
    </span>
  );
}
