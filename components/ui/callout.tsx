import type { ReactNode } from "react";
import { classes } from "@/components/ui/classes";
import type { Tone } from "@/components/ui/mark";
import { toneIcons, toneSoft, toneText } from "@/components/ui/tones";

interface CalloutProps {
  tone: Tone;
  title: ReactNode;
  children?: ReactNode;
}

/** One thing to know before going on. Errors interrupt a screen reader, the rest waits its turn. */
export function Callout({ tone, title, children }: CalloutProps) {
  const Icon = toneIcons[tone];
  const isLoud = tone === "error" || tone === "deny" || tone === "critical";
  return (
    <div
      role={isLoud ? "alert" : "note"}
      className={classes("flex gap-2.5 rounded-lg px-3 py-2.5 text-sm", toneSoft[tone])}
    >
      <Icon aria-hidden className={classes("mt-0.5 size-4 shrink-0", toneText[tone])} />
      <div className="min-w-0 flex-1">
        <div className="font-medium">{title}</div>
        {children ? <div className="mt-0.5 text-muted">{children}</div> : null}
      </div>
    </div>
  );
}
