"use client";

import { useEffect, useRef } from "react";
import { isLayerOpen } from "@/components/data/open-layers";

export const incidentKeys = { a: "acknowledge", e: "escalate", r: "resolve", c: "comment" } as const;
export type KeyedAction = (typeof incidentKeys)[keyof typeof incidentKeys];

interface Listener {
  /** The incident the keys are for now; null when there is none. */
  target: () => string | null;
  onAction: (incidentId: string, action: KeyedAction) => void;
  /** Space, where it opens something. */
  onSpace?: (incidentId: string) => void;
}

/** One key for each action; not while somebody types, and not below a dialog or a menu. */
export function useIncidentKeys(listener: Listener): void {
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => {
    function listen(event: KeyboardEvent): void {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || isTaken(event.target)) return;
      const { target, onAction, onSpace } = latest.current;
      const id = target();
      if (id === null) return;
      const action = Object.entries(incidentKeys).find(([key]) => key === event.key)?.[1];
      if (action !== undefined) onAction(id, action);
      else if (event.key === " " && onSpace && event.target instanceof HTMLTableRowElement) onSpace(id);
      else return;
      event.preventDefault();
    }
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}

function isTaken(target: EventTarget | null): boolean {
  const isTyping = target instanceof HTMLElement && target.matches("input:not([type=checkbox]), textarea, select");
  return isTyping || isLayerOpen();
}

/** The row that has the focus in the page's table. */
export function focusedRow(): string | null {
  const row = document.activeElement?.closest<HTMLElement>("tr[data-row]");
  return row?.dataset.row ?? null;
}
