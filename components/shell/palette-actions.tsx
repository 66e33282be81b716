"use client";

// What the command palette offers besides places: each view says what can be done in it now.

import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";

export interface PaletteAction {
  id: string;
  label: string;
  shortcut?: string;
  /** Why it cannot be done now. */
  reason?: string | null;
  run(): void;
}

class PaletteActions {
  #lists = new Map<object, readonly PaletteAction[]>();
  #all: readonly PaletteAction[] = [];
  readonly #watchers = new Set<() => void>();

  offer(actions: readonly PaletteAction[]): () => void {
    const own = {};
    this.#lists.set(own, actions);
    this.#changed();
    return () => {
      this.#lists.delete(own);
      this.#changed();
    };
  }

  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  all = (): readonly PaletteAction[] => this.#all;

  #changed(): void {
    this.#all = [...this.#lists.values()].flat();
    for (const watcher of this.#watchers) watcher();
  }
}

const Palette = createContext<PaletteActions | null>(null);
const none: readonly PaletteAction[] = [];

export function PaletteProvider({ children }: Readonly<{ children: ReactNode }>) {
  const [actions] = useState(() => new PaletteActions());
  return <Palette value={actions}>{children}</Palette>;
}

/** Offers these while the view is there. Pass a memoised list. */
export function usePaletteActions(actions: readonly PaletteAction[]): void {
  const palette = useContext(Palette);
  useEffect(() => palette?.offer(actions), [palette, actions]);
}

export function useOfferedActions(): readonly PaletteAction[] {
  const palette = useContext(Palette);
  return useSyncExternalStore(
    palette?.watch ?? (() => () => undefined),
    () => palette?.all() ?? none,
    () => none,
  );
}
