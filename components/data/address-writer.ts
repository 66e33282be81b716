// Browsers refuse pages that change their address too often (a key that is held down walks a list): changes that follow
// each other closely become one.

export type Entry = "push" | "replace";

interface Waiting {
  address: string;
  entry: Entry;
  from: string;
  done: Promise<void>;
}

const GAP_MS = 50;
let waiting: Waiting | null = null;
let lastAt = Number.NEGATIVE_INFINITY;

/** With what waits to be written, without the question mark. */
export function currentSearch(): string {
  const search = waiting === null || waiting.from !== window.location.pathname ? null : waiting.address.split("?")[1];
  return search === null ? window.location.search.slice(1) : (search ?? "");
}

/** Resolves when the address has been written, or when the page was left before. */
export function sendSearch(address: string, entry: Entry): Promise<void> {
  if (waiting === null) {
    const pauseMs = Math.max(0, lastAt + GAP_MS - performance.now());
    const done = new Promise((resolve) => setTimeout(resolve, pauseMs)).then(write);
    waiting = { address, entry, from: window.location.pathname, done };
  } else waiting = { ...waiting, address, entry: entry === "push" ? entry : waiting.entry };
  return waiting.done;
}

function write(): void {
  const now = waiting;
  waiting = null;
  lastAt = performance.now();
  if (now === null || now.from !== window.location.pathname) return;
  const address = now.address + window.location.hash;
  if (now.entry === "push") window.history.pushState(null, "", address);
  else window.history.replaceState(null, "", address);
}
