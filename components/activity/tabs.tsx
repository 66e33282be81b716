"use client";

import { type KeyboardEvent, type ReactNode, useId, useRef } from "react";
import { classes } from "@/components/ui/classes";

interface TabsProps<T extends string> {
  label: string;
  tabs: readonly { id: T; label: string }[];
  current: T;
  onSelect: (tab: T) => void;
  children: ReactNode;
}

/** Parts of one thing, one at a time; arrows walk over the tabs. */
export function Tabs<T extends string>(props: TabsProps<T>) {
  const id = useId();
  return (
    <div>
      <TabList {...props} id={id} />
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${props.current}`} className="pt-4">
        {props.children}
      </div>
    </div>
  );
}

const listLook = "flex gap-5 overflow-x-auto border-b";

function TabList<T extends string>({ id, label, tabs, current, onSelect }: TabsProps<T> & { id: string }) {
  const list = useRef<HTMLDivElement>(null);
  function onKeyDown(event: KeyboardEvent): void {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = tabs.findIndex((tab) => tab.id === current);
    const next = by === undefined ? undefined : tabs[(at + by + tabs.length) % tabs.length];
    if (next === undefined) return;
    event.preventDefault();
    onSelect(next.id);
    list.current?.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus();
  }
  return (
    <div ref={list} role="tablist" aria-label={label} className={listLook} onKeyDown={onKeyDown}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          type="button"
          role="tab"
          data-tab={tab.id}
          id={`${id}-${tab.id}`}
          aria-selected={tab.id === current}
          aria-controls={`${id}-panel`}
          tabIndex={tab.id === current ? 0 : -1}
          onClick={() => onSelect(tab.id)}
          className={classes(
            "shrink-0 border-b-2 py-2 hover:text-ink",
            tab.id === current ? "border-accent font-medium text-ink" : "border-transparent text-muted",
          )}
        >
          {tab.label}
        </button>
      ))}
    </div>
  );
}
