import { money } from "@/components/data/format";
import { Mark } from "@/components/ui/mark";
import { Tooltip } from "@/components/ui/tooltip";
import { markOfRisk, markOfRun } from "./run-words";

/** `isRow`: in lists a run that goes well is quiet, so that the others stand out. */
export function RunStatusMark({ run, isRow = false }: { run: Parameters<typeof markOfRun>[0]; isRow?: boolean }) {
  const { tone, word } = markOfRun(run);
  const isQuiet = isRow && (tone === "info" || tone === "neutral");
  return (
    <Mark tone={tone} quiet={isQuiet}>
      {word}
    </Mark>
  );
}

export function RiskMark({ run }: { run: Parameters<typeof markOfRisk>[0] }) {
  const mark = markOfRisk(run);
  if (mark === null) return <span className="text-faint text-xs">Not counted</span>;
  return (
    <Mark tone={mark.tone} quiet>
      {mark.word}
    </Mark>
  );
}

/** Money that is only a lower bound says so. */
export function Cost({ cents, isComplete }: { cents: number | null; isComplete: boolean }) {
  if (isComplete) return <span className="tabular-nums">{money(cents)}</span>;
  return (
    <Tooltip content="Some steps had no price: it is at least this">
      <span className="tabular-nums">
        <span className="sr-only">at least </span>
        <span aria-hidden>≥ </span>
        {money(cents)}
      </span>
    </Tooltip>
  );
}
