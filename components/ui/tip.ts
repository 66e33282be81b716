// The one tooltip that is open, if any. A page has hundreds of places with one and never shows two.

import type { ReactNode } from "react";

export interface Tip {
  anchor: HTMLElement;
  content: ReactNode;
}

const DELAY_MS = 300;

let current: Tip | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
const watchers = new Set<() => void>();

export function showTip(anchor: HTMLElement, content: ReactNode): void {
  clearTimeout(timer);
  timer = setTimeout(() => change({ anchor, content }), DELAY_MS);
}

export function hideTip(): void {
  clearTimeout(timer);
  change(null);
}

export function watchTip(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

export function currentTip(): Tip | null {
  return current;
}

function change(next: Tip | null): void {
  if (current === next) return;
  current = next;
  for (const watcher of watchers) watcher();
}
