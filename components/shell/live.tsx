"use client";

// One event stream a tab. Reads that an event makes stale are read anew; what cannot be known after a gap, all of it.

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { type EventTopic, eventTopics } from "@/db/vocabulary";
import { isStaleBy, type News } from "./refreshes";

/** As docs/events.md says. `run.progress` has no number: it is not kept. */
export interface LiveEvent {
  topic: EventTopic | "run.progress";
  seq: number | null;
  at: string | null;
  entity_id: string;
  payload: Readonly<Record<string, unknown>>;
}

export type Connection = "connecting" | "live" | "lost" | "ended";
type Handler = (event: LiveEvent) => void;

const REFRESH_MS = 1_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;

class LiveStream {
  connection: Connection = "connecting";
  readonly #watchers = new Set<() => void>();
  readonly #handlers = new Set<Handler>();
  /** Hashes of kept reads. */
  readonly #stale = new Set<string>();
  #source: EventSource | null = null;
  #lastId: string | null = null;
  #retryMs = FIRST_RETRY_MS;
  #refreshTimer: ReturnType<typeof setTimeout> | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly queries: QueryClient) {}

  open(): void {
    const after = this.#lastId === null ? "" : `?after=${this.#lastId}`;
    const source = new EventSource(`/api/v1/events${after}`);
    this.#source = source;
    source.addEventListener("open", () => this.#opened());
    source.addEventListener("error", () => this.#failed(source));
    source.addEventListener("reset", () => void this.queries.invalidateQueries());
    source.addEventListener("revoked", () => this.#end());
    for (const topic of [...eventTopics, "run.progress" as const]) {
      source.addEventListener(topic, (message) => this.#heard(topic, message));
    }
  }

  close(): void {
    this.#source?.close();
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#refreshTimer);
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  hear(handler: Handler): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  #heard(topic: LiveEvent["topic"], message: MessageEvent<string>): void {
    if (message.lastEventId !== "") this.#lastId = message.lastEventId;
    const event = eventOf(topic, message.data);
    for (const handler of this.#handlers) handler(event);
    if (topic !== "run.progress") this.#mark({ ...event, topic });
  }

  // What is read later than this has it already.
  #mark(news: News): void {
    const kept = this.queries.getQueryCache().getAll();
    const known = kept.map(({ queryKey, queryHash, state }) => ({ key: queryKey, data: state.data, hash: queryHash }));
    for (const read of known) if (isStaleBy(news, read, known)) this.#stale.add(read.hash);
    if (this.#stale.size > 0) this.#refreshTimer ??= setTimeout(() => this.#refresh(), REFRESH_MS);
  }

  // A read that is on its way may be older than the event: it is let come, and read again in the next turn. Cancelled and
  // begun anew each second, a slow one would never come at all.
  #refresh(): void {
    this.#refreshTimer = undefined;
    const isOnItsWay = (hash: string) => this.queries.getQueryCache().get(hash)?.state.fetchStatus === "fetching";
    const ready = new Set([...this.#stale].filter((hash) => !isOnItsWay(hash)));
    for (const hash of ready) this.#stale.delete(hash);
    void this.queries.invalidateQueries({ predicate: ({ queryHash }) => ready.has(queryHash) });
    if (this.#stale.size > 0) this.#refreshTimer = setTimeout(() => this.#refresh(), REFRESH_MS);
  }

  // Events of the gap come by themselves; what has no events may have changed as well.
  #opened(): void {
    this.#retryMs = FIRST_RETRY_MS;
    if (this.connection === "lost") void this.queries.invalidateQueries();
    this.#become("live");
  }

  // A browser connects again by itself unless the server has refused it.
  #failed(source: EventSource): void {
    if (this.connection === "ended") return;
    this.#become("lost");
    if (source.readyState !== EventSource.CLOSED) return;
    this.#retryTimer = setTimeout(() => this.open(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }

  #end(): void {
    this.close();
    this.#become("ended");
  }

  #become(connection: Connection): void {
    if (this.connection === connection) return;
    this.connection = connection;
    for (const watcher of this.#watchers) watcher();
  }
}

function eventOf(topic: LiveEvent["topic"], text: string): LiveEvent {
  const data: Record<string, unknown> = Object(JSON.parse(text));
  // Progress comes without an envelope.
  const payload: Record<string, unknown> = topic === "run.progress" ? data : Object(data.payload);
  return {
    topic,
    seq: typeof data.seq === "number" ? data.seq : null,
    at: typeof data.at === "string" ? data.at : null,
    entity_id: String(topic === "run.progress" ? data.run_id : data.entity_id),
    payload,
  };
}

const Live = createContext<LiveStream | null>(null);

export function LiveProvider({ children }: Readonly<{ children: ReactNode }>) {
  const queries = useQueryClient();
  const [stream] = useState(() => new LiveStream(queries));
  useEffect(() => {
    stream.open();
    return () => stream.close();
  }, [stream]);
  return <Live value={stream}>{children}</Live>;
}

function useStream(): LiveStream {
  const stream = useContext(Live);
  if (stream === null) throw new Error("live events outside of the console's layout");
  return stream;
}

/** Calls `handler` for each event of these topics. Both must be stable between renders. */
export function useLiveEvents(topics: readonly LiveEvent["topic"][], handler: Handler): void {
  const stream = useStream();
  useEffect(() => stream.hear((event) => topics.includes(event.topic) && handler(event)), [stream, topics, handler]);
}

/** Whether what is seen is kept up to date. `ended`: the session is over. */
export function useConnection(): Connection {
  const stream = useStream();
  return useSyncExternalStore(
    (watcher) => stream.watch(watcher),
    () => stream.connection,
    () => "connecting" as const,
  );
}
