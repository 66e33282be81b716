"use client";
// The browser's clock as a store that ticks. On the server and during hydration it stands at the moment the server drew the
// page, so that both render the same, and nothing moves when the browser takes over.

import { createContext, use, useSyncExternalStore } from "react";

/** When the server drew the page, in milliseconds since 1970. Stands once, around the console. */
export const DrawnAt = createContext<number | null>(null);

type Ticker = { listeners: Set<() => void>; timer: ReturnType<typeof setInterval> | null; now: number };
const tickers = new Map<number, Ticker>();

function tickerOf(everyMs: number): Ticker {
  const known = tickers.get(everyMs);
  if (known) return known;
  const made: Ticker = { listeners: new Set(), timer: null, now: 0 };
  tickers.set(everyMs, made);
  return made;
}

function subscribe(everyMs: number, listener: () => void): () => void {
  const ticker = tickerOf(everyMs);
  ticker.listeners.add(listener);
  // Nobody has looked for a while: what was read last is old.
  if (ticker.timer === null) ticker.now = Date.now();
  ticker.timer ??= setInterval(() => {
    ticker.now = Date.now();
    for (const each of ticker.listeners) each();
  }, everyMs);
  return () => {
    ticker.listeners.delete(listener);
    if (ticker.listeners.size > 0 || ticker.timer === null) return;
    clearInterval(ticker.timer);
    ticker.timer = null;
  };
}

function read(everyMs: number): number {
  const ticker = tickerOf(everyMs);
  ticker.now ||= Date.now();
  return ticker.now;
}

const subscriptions = new Map<number, (listener: () => void) => () => void>();

// One function for each interval: a new one at every render would subscribe anew at every render.
function subscriptionOf(everyMs: number): (listener: () => void) => () => void {
  const known = subscriptions.get(everyMs);
  if (known) return known;
  const made = (listener: () => void) => subscribe(everyMs, listener);
  subscriptions.set(everyMs, made);
  return made;
}

/** Milliseconds since 1970, anew each `everyMs`; null outside of the console until the browser has taken over. */
export function useNow(everyMs = 30_000): number | null {
  const drawnAt = use(DrawnAt);
  return useSyncExternalStore(
    subscriptionOf(everyMs),
    () => read(everyMs),
    () => drawnAt,
  );
}
