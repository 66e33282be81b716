"use client";

import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { classes } from "@/components/ui/classes";

const shownForMs = 1_500;

/** Copies `value`; says so in place, also to a screen reader. */
export function CopyButton({
  value,
  label,
  className,
}: {
  value: string;
  label: string;
  className?: string | undefined;
}) {
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  async function copy(): Promise<void> {
    setState((await copyText(value)) ? "copied" : "failed");
    setTimeout(() => setState("idle"), shownForMs);
  }
  return (
    <button
      type="button"
      title={label}
      aria-label={label}
      onClick={(event) => {
        event.stopPropagation();
        void copy();
      }}
      className={classes(
        "relative inline-flex size-6 shrink-0 items-center justify-center rounded text-muted hover:bg-hover hover:text-ink [&_svg]:size-3.5",
        className,
      )}
    >
      {state === "copied" ? <Check className="text-tone-allow" aria-hidden /> : <Copy aria-hidden />}
      <span className="sr-only" role="status">
        {state === "copied" ? "Copied" : state === "failed" ? "Could not copy" : ""}
      </span>
    </button>
  );
}

// Plain http on another host than localhost has no clipboard API; the old way still works there.
async function copyText(value: string): Promise<boolean> {
  if (navigator.clipboard)
    return navigator.clipboard.writeText(value).then(
      () => true,
      () => false,
    );
  const area = document.createElement("textarea");
  area.value = value;
  document.body.append(area);
  area.select();
  const isDone = document.execCommand("copy");
  area.remove();
  return isDone;
}
