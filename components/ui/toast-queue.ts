// Messages on their way to the screen: they wait here until the code that shows them has come.

import type { ReactNode } from "react";
import type { Tone } from "@/components/ui/mark";

export interface ToastMessage {
  title: string;
  description?: ReactNode;
  tone?: Tone | undefined;
  action?: { label: string; onClick(): void } | undefined;
}

const waiting: ToastMessage[] = [];
const watchers = new Set<() => void>();
let isUsed = false;

export function addToast(message: ToastMessage): void {
  isUsed = true;
  waiting.push(message);
  for (const watcher of watchers) watcher();
}

export function takeToasts(): ToastMessage[] {
  return waiting.splice(0);
}

export function watchToasts(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Whether there ever was one. */
export function hadToasts(): boolean {
  return isUsed;
}
