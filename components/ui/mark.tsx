import type { ReactNode } from "react";
import { classes } from "@/components/ui/classes";
import { toneIcons, toneSoft, toneText } from "@/components/ui/tones";

/** Severity, the effect of a decision, and three plain ones. A tone is a colour, an icon's shape and a word at once. */
export type Tone =
  | "critical"
  | "high"
  | "medium"
  | "low"
  | "info"
  | "deny"
  | "review"
  | "allow"
  | "error"
  | "neutral"
  | "accent";

interface MarkProps {
  tone: Tone;
  icon?: ReactNode;
  children: ReactNode;
  /** Colour on the icon only, for columns where nearly every row has a mark. */
  quiet?: boolean | undefined;
}

/** A state in a word: colour, shape and text say the same. Allowed is the ordinary case and is always quiet. */
export function Mark({ tone, icon, children, quiet = false }: MarkProps) {
  const Icon = toneIcons[tone];
  const shape = icon ?? <Icon aria-hidden />;
  const isQuiet = quiet || tone === "allow";
  return (
    <span
      className={classes(
        "inline-flex max-w-full items-center gap-1 whitespace-nowrap text-xs [&_svg]:size-3.5 [&_svg]:shrink-0",
        isQuiet ? "text-ink" : classes("h-5 rounded px-1.5 font-medium", toneSoft[tone], toneText[tone]),
      )}
    >
      <span className={classes("flex", toneText[tone])}>{shape}</span>
      <span className="truncate">{children}</span>
    </span>
  );
}
