import { classes } from "@/components/ui/classes";
import { percent, unknown } from "./format";

interface MeterProps {
  label: string;
  /** null when it is not known. */
  value: number | null;
  max: number;
  /** The share from which it is near its end; 0.8 unless told. */
  near?: number;
  /** What stands beside the bar; the percentage unless told. */
  text?: string;
  unknown?: boolean;
}

/** How far something is used. Over its end it says so by colour, word and number. */
export function Meter({ label, value, max, near = 0.8, text, unknown: isUnknown = false }: MeterProps) {
  const share = value === null || isUnknown ? null : max > 0 ? value / max : value > 0 ? Number.POSITIVE_INFINITY : 0;
  const state = share === null ? "unknown" : share > 1 ? "over" : share >= near ? "near" : "ok";
  const shown = text ?? (share === null ? unknown : Number.isFinite(share) ? percent(share) : "over");
  return (
    <span className="flex min-w-0 items-center gap-2">
      {/* biome-ignore lint/a11y/useSemanticElements: a native meter cannot show what is unknown, nor look the same everywhere. */}
      <span
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={max}
        aria-valuenow={share === null ? 0 : Math.min(value ?? 0, max)}
        aria-valuetext={`${shown}${state === "ok" ? "" : `, ${words[state]}`}`}
        className={classes(
          "h-1.5 min-w-12 flex-1 overflow-hidden rounded-full",
          state === "unknown" ? "border border-strong border-dashed" : "bg-line",
        )}
      >
        {share === null ? null : (
          <span
            className={classes("block h-full rounded-full", fills[state])}
            style={{ width: `${Math.min(1, share) * 100}%` }}
          />
        )}
      </span>
      <span className={classes("shrink-0 text-xs tabular-nums", texts[state])}>
        {shown}
        {state === "near" || state === "over" ? <span className="ml-1">{words[state]}</span> : null}
      </span>
    </span>
  );
}

const words = { ok: "", near: "near", over: "over", unknown: "unknown" } as const;
const fills = { ok: "bg-strong", near: "bg-tone-review", over: "bg-tone-deny", unknown: "" } as const;
const texts = { ok: "text-muted", near: "text-tone-review", over: "text-tone-deny", unknown: "text-faint" } as const;
