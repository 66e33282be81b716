"use client";

import { Maximize2, X } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { classes, panelWidth } from "@/components/ui/classes";
import { IconButton } from "@/components/ui/icon-button";
import { Link } from "@/components/ui/link";
import { isLayerOpen } from "./open-layers";

interface SidePanelProps {
  title: ReactNode;
  /** The same thing as a page. */
  href: string;
  onClose: () => void;
  children: ReactNode;
}

/** A detail beside its list, which stays usable: in a wide window its page makes room, on a phone it takes the screen. */
export function SidePanel({ title, href, onClose, children }: SidePanelProps) {
  const panel = useRef<HTMLElement>(null);
  useEscape(panel, onClose);
  return (
    <aside
      ref={panel}
      aria-label="Details"
      className={classes(
        "fixed right-0 bottom-0 z-30 flex flex-col bg-page max-md:inset-0 md:top-11 md:border-l max-xl:shadow-floating",
        panelWidth,
      )}
    >
      <header className="flex h-11 shrink-0 items-center gap-1 border-b pr-2 pl-4">
        <h2 className="min-w-0 flex-1 truncate font-semibold text-base">{title}</h2>
        <Link
          href={href}
          className="inline-flex h-7 items-center gap-1.5 rounded-md px-2 text-muted text-xs hover:bg-hover hover:text-ink"
        >
          <Maximize2 aria-hidden className="size-3.5" />
          Open page
        </Link>
        <IconButton label="Close (esc)" icon={<X />} onClick={onClose} />
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-4 py-4">{children}</div>
    </aside>
  );
}

function useEscape(panel: { current: HTMLElement | null }, onClose: () => void): void {
  const latest = useRef(onClose);
  useEffect(() => {
    latest.current = onClose;
  });
  useEffect(() => {
    function listen(event: KeyboardEvent): void {
      if (event.key !== "Escape" || event.defaultPrevented || isTyping(event.target) || isLayerOpen()) return;
      event.preventDefault();
      if (panel.current?.contains(document.activeElement)) focusOpenRow();
      latest.current();
    }
    // Before a dialog above it hears the key: that one may be gone by the time the event has come up to the document.
    document.addEventListener("keydown", listen, { capture: true });
    return () => document.removeEventListener("keydown", listen, { capture: true });
  }, [panel]);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input:not([type=checkbox], [type=radio]), textarea, select");
}

function focusOpenRow(): void {
  document.querySelector<HTMLElement>("tr[data-row][aria-current]")?.focus();
}
